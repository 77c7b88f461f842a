// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Demo glow: lamps that differ by a table of models.
 */
#include <linux/mod_devicetable.h>
#include <linux/module.h>

struct glow_model {
	const char	*name;
	unsigned int	lamps;
};

static const struct glow_model glow_models[] = {
	{ .name = "glow-1",	.lamps = 4 },
	{ .name = "glow-2",	.lamps = 8 },
};

const struct glow_model *glow_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(glow_models); i++)
		if (!strcmp(glow_models[i].name, name))
			return &glow_models[i];

	return NULL;
}
