// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Taking a whole chain down: everything that waits or burns goes.
 */
#include "chain.h"

static bool cancel_wanted(struct job *job, struct chain *chain)
{
	struct job *one;

	if (job->chain != chain)
		return false;
	for (one = job; one; one = one->after)
		if (one->flags & JOB_FUSED)
			return true;
	return false;
}

static int cancel_waiting(struct chain *chain)
{
	int found = 0;

	mutex_lock(&chain->lock);
	while (chain_pop(chain))
		found++;
	mutex_unlock(&chain->lock);

	return found;
}

static int cancel_fuses(struct chain *chain)
{
	struct job *job, *next;
	int found = 0;

	spin_lock_irq(&chain->fuse_lock);
	for_each_fused_job_safe(job, next, chain) {
		if (!cancel_wanted(job, chain))
			continue;
		found += !!fuse_disarm(job);
	}
	spin_unlock_irq(&chain->fuse_lock);

	return found;
}

bool chain_cancel_all(struct chain *chain)
{
	int found;

	found = cancel_waiting(chain);
	if (found)
		wake_up(&chain->idle);

	found += cancel_fuses(chain);
	chain_flush_deferred(chain);

	return found > 0;
}
