// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuses: a fuse is a job that hangs behind another one and cuts it off
 * when it burns down before that one is done.
 */
#include <linux/hrtimer.h>

#include "chain.h"

struct fuse {
	struct job		*guards;	/* the job in front; NULL once burnt */
	struct job		*cuts;
	struct list_head	node;
	struct hrtimer		timer;
};

static void fuse_detach(struct job *job)
{
	struct job *fuse_job = job->after;

	job->after = fuse_job->after;
	fuse_job->after = NULL;
}

struct job *fuse_disarm(struct job *job)
{
	struct job *fuse_job = job->after;
	struct fuse *fuse = job_private(fuse_job);

	lockdep_assert_held(&job->chain->fuse_lock);

	fuse_detach(job);
	fuse->guards = NULL;
	if (hrtimer_try_to_cancel(&fuse->timer) < 0)
		return NULL;

	list_del(&fuse->node);
	return fuse_job;
}

static void fuse_burnt_work(struct job *fuse_job, bool locked)
{
	struct fuse *fuse = job_private(fuse_job);
	struct job *job = fuse->cuts;
	int result = -ETIME;

	if (job) {
		if (job_cut(job, locked))
			result = -EALREADY;
		job_free(job);
	}
	job_finish(fuse_job, result);
}

static enum hrtimer_restart fuse_burn(struct hrtimer *timer)
{
	struct fuse *fuse = container_of(timer, struct fuse, timer);
	struct job *fuse_job = job_of(fuse);
	struct chain *chain = fuse_job->chain;
	unsigned long flags;
	struct job *job;

	spin_lock_irqsave(&chain->fuse_lock, flags);
	job = fuse->guards;
	fuse->guards = NULL;

	/* No job in front means that it finished while we were on our way. */
	if (job) {
		fuse_detach(job);
		if (!job_get_unless_gone(job))
			job = NULL;
	}
	list_del(&fuse->node);
	fuse->cuts = job;
	chain->burnt++;
	spin_unlock_irqrestore(&chain->fuse_lock, flags);

	job_defer(fuse_job, fuse_burnt_work);
	return HRTIMER_NORESTART;
}

void fuse_light(struct job *fuse_job, ktime_t burns)
{
	struct fuse *fuse = job_private(fuse_job);

	hrtimer_init(&fuse->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	fuse->timer.function = fuse_burn;
	hrtimer_start(&fuse->timer, burns, HRTIMER_MODE_REL);
}
