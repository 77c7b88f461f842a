// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Demo tally: counts samples and those that it had no room for.
 */
#include <linux/kfifo.h>

struct tally {
	struct kfifo	samples;
	u64		seen;
	u64		dropped;
};

static bool tally_store(struct tally *tally, u32 sample)
{
	if (kfifo_avail(&tally->samples) < sizeof(sample)) {
		tally->dropped++;
		return false;
	}

	kfifo_in(&tally->samples, &sample, sizeof(sample));
	return true;
}

void tally_add(struct tally *tally, u32 sample)
{
	tally->seen++;
	if (!tally_store(tally, sample))
		tally->dropped++;
}

u64 tally_kept(const struct tally *tally)
{
	return tally->seen - tally->dropped;
}
