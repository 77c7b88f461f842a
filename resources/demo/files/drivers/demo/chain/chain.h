/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DEMO_CHAIN_H
#define DEMO_CHAIN_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#define JOB_CHAINED	0x01
#define JOB_FUSED	0x02

struct chain {
	struct mutex		lock;		/* who follows whom */
	spinlock_t		fuse_lock;	/* the burning fuses */
	struct list_head	fuses;
	unsigned int		burnt;
};

struct job {
	struct chain		*chain;
	struct job		*after;		/* runs when this one is done */
	unsigned int		flags;
	refcount_t		refs;
	struct work_struct	work;
};

void job_free(struct job *job);
void job_finish(struct job *job, int result);
bool job_get_unless_gone(struct job *job);
int job_cut(struct job *job, bool locked);
struct job *job_take_after(struct job *job);

void *job_private(struct job *job);
struct job *job_of(void *private);

#endif
