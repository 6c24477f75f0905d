/* A disk that breaks at a chosen moment: an SQLite VFS over the real one. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

typedef enum
{
  FAULT_NONE,
  FAULT_IO_ONCE, /* the n-th operation is refused, the next ones work */
  FAULT_FULL,    /* from the n-th on every write finds the disk full */
  FAULT_CUT,     /* from the n-th on nothing is written any more: the power went */
  FAULT_TORN,    /* as CUT, and the n-th write is half done */
  FAULT_LOST, /* as CUT, and of what was not synced yet only some writes, at random, have reached the disk */
  N_FAULTS
} Fault;

extern const gchar *const fault_names[N_FAULTS];

void faulty_vfs_install (void);
void faulty_vfs_arm (Fault fault, gint after);
gint faulty_vfs_count (void); /* operations since it was armed */
