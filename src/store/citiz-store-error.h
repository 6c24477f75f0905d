/* What can go wrong with the files a person's record lives in. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CITIZ_STORE_ERROR (citiz_store_error_quark ())
typedef enum
{
  CITIZ_STORE_ERROR_FULL,             /* the disk is full; nothing was changed */
  CITIZ_STORE_ERROR_READ_ONLY,        /* the disk or the folder cannot be written */
  CITIZ_STORE_ERROR_DAMAGED,          /* the bytes are not what was written */
  CITIZ_STORE_ERROR_NEWER,            /* written by a later version of the program */
  CITIZ_STORE_ERROR_BUSY,             /* another process has it open */
  CITIZ_STORE_ERROR_IO,               /* the disk refused */
  CITIZ_STORE_ERROR_NOT_FOUND,        /* no such object, slot or file */
  CITIZ_STORE_ERROR_WRONG_PASSPHRASE, /* or wrong recovery words */
  CITIZ_STORE_ERROR_EXISTS,           /* already there */
  CITIZ_STORE_ERROR_TOO_LARGE,        /* more bytes than one object holds */
  CITIZ_STORE_ERROR_ROLLED_BACK,      /* the transaction was given up by an inner part */
  CITIZ_STORE_ERROR_CANCELLED,        /* a callback asked to stop */
  CITIZ_STORE_ERROR_EMPTY             /* a file without a byte in it */
} CitizStoreError;
GQuark citiz_store_error_quark (void);

G_END_DECLS
