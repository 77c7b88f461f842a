// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Demo ledger: pages of entries behind an ioctl.
 */
#include <linux/fs.h>
#include <linux/uaccess.h>

#define LEDGER_PAGE_SHIFT	12

struct ledger_request {
	__u32	pages;
	__u32	first;
};

struct ledger {
	u8	*entries;
	size_t	size;
};

static int ledger_grow(struct ledger *ledger, const struct ledger_request *request)
{
	size_t size;
	u8 *entries;

	size = request->pages << LEDGER_PAGE_SHIFT;
	entries = kvrealloc(ledger->entries, size, GFP_KERNEL);
	if (!entries)
		return -ENOMEM;

	ledger->entries = entries;
	ledger->size = size;
	return 0;
}

long ledger_ioctl(struct ledger *ledger, void __user *argument)
{
	struct ledger_request request;

	if (copy_from_user(&request, argument, sizeof(request)))
		return -EFAULT;

	return ledger_grow(ledger, &request);
}
