// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Demo beacon: blinks on its channels until it is told to stop.
 */
#include <linux/slab.h>
#include <linux/timer.h>

struct beacon_channel {
	struct timer_list	blink;
	unsigned int		period;
	bool			lit;
};

struct beacon {
	struct beacon_channel	*channels;
	unsigned int		count;
};

static void beacon_blink(struct timer_list *timer)
{
	struct beacon_channel *channel = from_timer(channel, timer, blink);

	channel->lit = !channel->lit;
	mod_timer(&channel->blink, jiffies + channel->period);
}

void beacon_remove(struct beacon *beacon)
{
	unsigned int i;

	for (i = 0; i < beacon->count; i++)
		del_timer(&beacon->channels[i].blink);
	kfree(beacon->channels);
	kfree(beacon);
}

int beacon_add_channel(struct beacon *beacon, unsigned int at, unsigned int period)
{
	struct beacon_channel *channel;

	if (at >= beacon->count)
		return -EINVAL;

	channel = &beacon->channels[at];
	channel->period = period;
	timer_setup(&channel->blink, beacon_blink, 0);
	mod_timer(&channel->blink, jiffies + period);
	return 0;
}
