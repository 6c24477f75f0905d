/* A tokenizer for health exports in XML: fast, bounded, forgiving of what phones really write.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "importers/citiz-import-reason.h"

G_BEGIN_DECLS

#define CITIZ_XML_MAX_DEPTH      32
#define CITIZ_XML_MAX_ATTRIBUTES 64
#define CITIZ_XML_MAX_NAME       128
#define CITIZ_XML_MAX_TAG        (1024 * 1024)

/* A piece of the buffer; valid only during the callback that receives it. */
typedef struct
{
  const gchar *p;
  gsize n;
} CitizSlice;

typedef struct
{
  CitizSlice name;  /* may hold spaces: iOS 8 wrote such names */
  CitizSlice value; /* as written: entities not replaced, see citiz_xml_text */
} CitizXmlAttribute;

/* `depth` is 1 for the root. `end` is called for every element, empty ones included. */
typedef struct
{
  void (*start) (gpointer data,
                 guint depth,
                 CitizSlice name,
                 const CitizXmlAttribute *attributes,
                 guint n_attributes);
  void (*end) (gpointer data, guint depth, CitizSlice name);
} CitizXmlHandler;

typedef struct _CitizXml CitizXml;

CitizXml *citiz_xml_new (const CitizXmlHandler *handler, gpointer data);
void citiz_xml_free (CitizXml *xml);
guint8 *citiz_xml_reserve (CitizXml *xml, gsize *size);
gboolean citiz_xml_advance (CitizXml *xml, gsize n);
gboolean citiz_xml_feed (CitizXml *xml, const guint8 *bytes, gsize n);
CitizImportReason citiz_xml_finish (CitizXml *xml, guint64 *stopped_at);
void citiz_xml_stop (CitizXml *xml, CitizImportReason reason);

gboolean citiz_slice_equal (CitizSlice slice, const gchar *text);
gchar *citiz_xml_text (CitizSlice slice, gsize max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizXml, citiz_xml_free)

G_END_DECLS
