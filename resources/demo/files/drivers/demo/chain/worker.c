// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The worker side of a chain: runs a job and hands on to the one that
 * waits behind it.
 */
#include "chain.h"

/* Whoever calls this must keep others from changing the chain. */
struct job *job_take_after(struct job *job)
{
	struct job *after = job->after;

	job->after = NULL;
	return after;
}

static void worker_drop(struct job *job, struct job **next)
{
	if (!refcount_dec_and_test(&job->refs))
		return;
	*next = job->after;
	job->after = NULL;
	job_free(job);
}

struct job *worker_done(struct job *job)
{
	struct job *next = NULL;

	worker_drop(job, &next);
	return next;
}

void worker_run(struct job *job)
{
	while (job) {
		job_finish(job, 0);
		job = worker_done(job);
	}
}
