/* What HealthKit calls things, and what they are here. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "importers/citiz-xml.h"

G_BEGIN_DECLS

typedef struct
{
  const gchar *name;    /* without HKQuantityTypeIdentifier / HKCategoryTypeIdentifier */
  const gchar *measure; /* key of the measures catalogue */
  const gchar *units;   /* UCUM codes accepted, the one of a bare count first */
} CitizAppleType;

/* What a category label means: up to two series get a sample. NULL measure ends the list. */
typedef struct
{
  const gchar *type;
  const gchar *value;      /* NULL: any value or none */
  const gchar *measure[2]; /* catalogue keys or apple:… */
  const gchar *ucum;
  gdouble number; /* NAN: the duration, in `ucum` (h or min) */
} CitizAppleCategory;

const CitizAppleType *citiz_apple_quantity (CitizSlice type);
const CitizAppleCategory *citiz_apple_category (CitizSlice type, CitizSlice value);
const gchar *citiz_apple_unit (const gchar *unit);
gboolean citiz_apple_unit_accepted (const CitizAppleType *type, const gchar *ucum);
/* Title of a session; @activity without its prefix. (transfer full) */
gchar *citiz_apple_activity (const gchar *activity, gboolean french);
gboolean citiz_apple_source_is_cgm (const gchar *source);
const CitizAppleType *citiz_apple_types (guint *n);
const CitizAppleCategory *citiz_apple_categories (guint *n);

gboolean citiz_apple_time (CitizSlice text, gint64 *ms, gint16 *offset_minutes);
gboolean citiz_apple_number (CitizSlice text, gint scale, gdouble *value);

G_END_DECLS
