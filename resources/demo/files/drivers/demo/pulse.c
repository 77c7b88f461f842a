// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Demo pulse: a counter that a device raises and a reader takes.
 */
#include <linux/wait.h>

struct pulse {
	wait_queue_head_t	readers;
	spinlock_t		lock;
	u64			count;
};

void pulse_raise(struct pulse *pulse)
{
	unsigned long flags;

	spin_lock_irqsave(&pulse->lock, flags);
	pulse->count++;
	spin_unlock_irqrestore(&pulse->lock, flags);
	wake_up(&pulse->readers);
}

int pulse_take(struct pulse *pulse, u64 *count)
{
	int ret;

	ret = wait_event_interruptible(pulse->readers, pulse->count);
	if (ret)
		return ret;

	spin_lock_irq(&pulse->lock);
	*count = pulse->count;
	pulse->count = 0;
	spin_unlock_irq(&pulse->lock);
	return 0;
}
