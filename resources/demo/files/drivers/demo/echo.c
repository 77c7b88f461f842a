// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Demo echo: gives back what was written to it.
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

struct echo {
	char	*text;
	size_t	length;
};

ssize_t echo_write(struct echo *echo, const char __user *from, size_t length)
{
	char *text;

	text = memdup_user_nul(from, length);
	if (IS_ERR(text))
		return PTR_ERR(text);

	kfree(echo->text);
	echo->text = text;
	echo->length = length;
	return length;
}

ssize_t echo_read(struct echo *echo, char __user *to, size_t length, loff_t *at)
{
	if (!echo->text)
		return 0;

	return simple_read_from_buffer(to, length, at, echo->text, echo->length);
}
