/* Apple Health exports, honest and otherwise. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "conversation.h"

#include "importers/citiz-apple-types.h"
#include "importers/citiz-xml.h"

#include <math.h>
#include <string.h>

static gboolean
is_per_cent (const gchar *what)
{
  return strstr (what, "OxygenSaturation") != NULL || strstr (what, "BodyFatPercentage") != NULL;
}

/* The generator's own books: per type how many records it wrote once, and their sum in the units of the file. */
static void
test_oracle (void)
{
  gsize n;
  g_autoptr (Heard) heard = heard_from_file ("apple/sample_30d.xml");
  g_autofree gchar *oracle = test_data ("apple/sample_30d.oracle.tsv", &n);
  g_auto (GStrv) lines = g_strsplit (oracle, "\n", -1);
  guint checked = 0;

  g_assert_cmpint (heard->reason, ==, CITIZ_IMPORT_KEPT);
  g_assert_cmpint (heard->format, ==, CITIZ_FORMAT_APPLE_XML);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);
      if (lines[i][0] == '#' || g_strv_length (cells) < 5
          || g_str_has_prefix (cells[0], "HKDataType"))
        continue;
      guint64 count = 0;
      gdouble sum = 0;
      for (guint k = 0; k < heard->series->len; k++)
        {
          const HeardSeries *s = heard->series->pdata[k];
          /* Stages of sleep are filed twice: as sleep, and as what kind of sleep. */
          if (!g_str_equal (s->what, cells[0])
              || (g_str_has_prefix (s->measure, "sleep_")
                  && !g_str_equal (s->measure, "sleep_awake")))
            continue;
          count += s->n;
          sum += s->sum;
        }
      g_assert_cmpuint (count, ==, g_ascii_strtoull (cells[1], NULL, 10));
      gdouble want = g_ascii_strtod (cells[2], NULL) * (is_per_cent (cells[0]) ? 100 : 1);
      if (!g_str_has_prefix (cells[0], "HKCategory"))
        g_assert_cmpfloat_with_epsilon (sum, want, 1e-6 * MAX (1, want));
      checked++;
    }
  g_assert_cmpuint (checked, >=, 34);
  g_assert_cmpuint (heard_series (heard, "bp_sys", NULL)->duplicates, ==,
                    59); /* the correlations' copies */
  g_assert_cmpuint (heard_tally (heard, CITIZ_IMPORT_UNKNOWN_TYPE, "HKDataTypeSleepDurationGoal"),
                    ==, 1);
}

static void
test_resources (void)
{
  g_autoptr (Heard) heard = heard_from_file ("apple/sample_30d.xml");
  guint sessions = 0;

  g_assert_cmpstr (
      heard_resource (heard, "Patient", 0)->json, ==,
      "{\"resourceType\":\"Patient\",\"gender\":\"female\",\"birthDate\":\"1961-05-17\"}");
  g_assert_nonnull (strstr (heard_resource (heard, "Observation", 0)->json, "882-1"));
  for (guint i = 1; heard_resource (heard, "Observation", i) != NULL; i++)
    {
      const HeardResource *r = heard_resource (heard, "Observation", i);
      g_assert_nonnull (strstr (r->json, "73985-4"));
      g_assert_nonnull (strstr (r->json, "55411-3"));
      g_assert_true (strstr (r->json, "\"text\":\"Marche\"") != NULL
                     || strstr (r->json, "\"text\":\"Vélo\"") != NULL);
      g_assert_cmpint (r->origin, ==, CITIZ_ORIGIN_SELF);
      sessions++;
    }
  g_assert_cmpuint (sessions, ==, 16);
}

static void
test_sources_and_units (void)
{
  g_autoptr (Heard) heard = heard_from_file ("apple/sample_30d.xml");
  const HeardSeries *watch
      = heard_series (heard, "steps", "Apple\302\240Watch d\342\200\231\303\211milie");

  g_assert_nonnull (watch);
  g_assert_cmpstr (watch->unit, ==, "{steps}");
  g_assert_cmpint (watch->first.offset, ==, -300);
  g_assert_cmpstr (heard_series (heard, "weight", NULL)->unit, ==, "[lb_av]");
  g_assert_nonnull (heard_series (heard, "glucose_cgm", "Dexcom G6"));
  const HeardSeries *fat = heard_series (heard, "body_fat", NULL);
  g_assert_true (fat->max > 30 && fat->max < 40);
  g_assert_cmpfloat (fat->max, ==, 34.7); /* exactly: no 34.699999… */
}

static void
test_malformed (void)
{
  g_autoptr (Heard) dtd = heard_from_file ("apple/malformed/ios16_broken_dtd.xml");
  g_autoptr (Heard) x0b = heard_from_file ("apple/malformed/ios16_broken_dtd_and_x0b.xml");
  g_autoptr (Heard) ios8 = heard_from_file ("apple/malformed/ios8_attr_names_with_spaces.xml");
  g_autoptr (Heard) cut = heard_from_file ("apple/malformed/truncated.xml");
  g_autoptr (Heard) cda = heard_from_file ("apple/malformed/export_cda_two_roots.xml");
  gsize n;
  g_autofree gchar *cut_text = test_data ("apple/malformed/truncated.xml", &n);

  g_assert_cmpint (dtd->reason, ==, CITIZ_IMPORT_KEPT);
  g_assert_cmpuint (heard_series (dtd, "hr", "Montre")->n, ==,
                    2); /* 01:30 twice: before and after the clock change */
  g_assert_cmpint (heard_series (dtd, "hr", "Montre")->last.start
                       - heard_series (dtd, "hr", "Montre")->first.start,
                   ==, CITIZ_HOUR);
  g_assert_cmpstr (heard_series (x0b, "weight", NULL)->source, ==, "Balance  Withings");
  g_assert_cmpfloat (heard_series (ios8, "body_fat", "Withings")->sum, ==, 33.8);
  g_assert_cmpint (cut->reason, ==, CITIZ_IMPORT_TRUNCATED);
  g_assert_cmpuint (heard_series (cut, "weight", "Balance")->n, ==, 1);
  g_assert_cmpuint (cut->stopped_at, <, n);
  cut_text[cut->stopped_at] = '\0';
  g_assert_true (g_str_has_suffix (cut_text, "/>"));
  g_assert_cmpint (cda->reason, ==, CITIZ_IMPORT_CLINICAL_XML);
  g_assert_cmpuint (cda->resources->len + cda->series->len, ==, 0);
}

/* Entities a document defines are never looked at: neither expanded nor fetched. */
static void
test_entities (void)
{
  g_autoptr (Heard) heard = heard_from_file ("apple/malformed/xxe_billion_laughs.xml");

  g_assert_cmpint (heard->reason, ==, CITIZ_IMPORT_KEPT);
  g_assert_cmpstr (heard_series (heard, "hr", NULL)->source, ==, "&c;");
  g_assert_cmpuint (heard_tally (heard, CITIZ_IMPORT_UNKNOWN_TYPE, "x"), ==, 1);
}

static void
test_other_writers (void)
{
  g_autoptr (Heard) dogsheep = heard_from_file ("apple/dogsheep/export.xml");
  g_autoptr (Heard) tdda = heard_from_file ("apple/tdda/export6s3sample.xml");
  g_autoptr (Heard) other = heard_from_file ("apple/gpt-os/sample_export.xml");

  g_assert_cmpuint (heard_tally (dogsheep, CITIZ_IMPORT_INLINE_ROUTE, "Location"), ==, 2);
  g_assert_nonnull (strstr (heard_resource (dogsheep, "Observation", 0)->json,
                            "\"value\":0.4971749504535062,\"unit\":\"[mi_i]\""));
  g_assert_nonnull (heard_series (dogsheep, "apple:RingExerciseTime", NULL));
  g_assert_cmpint (tdda->reason, ==, CITIZ_IMPORT_KEPT);
  g_assert_cmpuint (heard_series (tdda, "steps", NULL)->n, >, 0);
  g_assert_cmpfloat (heard_series (other, "steps", NULL)->sum, ==, 10000);
  g_assert_cmpint (heard_series (other, "steps", NULL)->first.duration, ==, 86399000);
}

/* --- the tokenizer alone --- */
typedef struct
{
  GString *seen;
} Seen;

static void
start_cb (gpointer data, guint depth, CitizSlice name, const CitizXmlAttribute *a, guint n)
{
  g_string_append_printf (data, "<%u %.*s", depth, (gint) name.n, name.p);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (data, "|%.*s=%.*s", (gint) a[i].name.n, a[i].name.p,
                            (gint) a[i].value.n, a[i].value.p);
}

static void
end_cb (gpointer data, guint depth, CitizSlice name)
{
  g_string_append_printf (data, ">%u %.*s", depth, (gint) name.n, name.p);
}

static const CitizXmlHandler handler = {start_cb, end_cb};

static gchar *
tokens (const gchar *text, gsize n, gsize split)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (CitizXml) xml = citiz_xml_new (&handler, seen);
  guint64 at;

  if (citiz_xml_feed (xml, (const guint8 *) text, split))
    citiz_xml_feed (xml, (const guint8 *) text + split, n - split);
  CitizImportReason reason = citiz_xml_finish (xml, &at);
  g_string_append_printf (seen, "#%u %" G_GUINT64_FORMAT, reason, at);
  return g_strdup (seen->str);
}

static void
test_split_anywhere (void)
{
  static const gchar *const files[] = {"apple/malformed/ios16_broken_dtd.xml",
                                       "apple/malformed/truncated.xml",
                                       "apple/malformed/xxe_billion_laughs.xml",
                                       "apple/dogsheep/export.xml",
                                       "apple/malformed/ios8_attr_names_with_spaces.xml",
                                       "apple/malformed/export_cda_two_roots.xml"};
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      gsize n;
      g_autofree gchar *text = test_data (files[i], &n);
      g_autofree gchar *whole = tokens (text, n, n);
      for (gsize split = 0; split < n; split++)
        {
          g_autofree gchar *parts = tokens (text, n, split);
          g_assert_cmpstr (parts, ==, whole);
        }
    }
}

static void
test_limits (void)
{
  g_autoptr (GString) deep = g_string_new (NULL), wide = g_string_new ("<a"),
                      huge = g_string_new ("<a b=\"");
  for (guint i = 0; i < 1000; i++)
    g_string_append (deep, "<a>");
  for (guint i = 0; i < 100; i++)
    g_string_append_printf (wide, " a%u=\"\"", i);
  g_string_append (wide, "/>");
  for (guint i = 0; i < CITIZ_XML_MAX_TAG / 16 + 40000; i++)
    g_string_append (huge, "0123456789abcdef");

  const struct
  {
    const gchar *text, *end;
  } cases[] = {{deep->str, "#8 96"},
               {wide->str, "#9 0"},
               {huge->str, "#5 0"},
               {"<a></b>", "<1 a#7 3"},
               {"<a/><b/>", "<1 a>1 a#7 4"},
               {"", "#21 0"},
               {"   ", "#21 0"},
               {"<a", "#21 0"},
               {"<a b>", "#7 0"},
               {"<!DOCTYPE a [<!-- ]> --> ]\n><a/>", "<1 a>1 a#0 32"},
               {"<!-- x", "#21 0"},
               {"<a b='\"'/>", "<1 a|b=\">1 a#0 10"},
               {"<a><![CDATA[<b>]]></a>", "<1 a>1 a#0 22"},
               {"\377\376<\0a", "#20 0"}};
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize n = cases[i].text == huge->str ? huge->len : strlen (cases[i].text);
      g_autofree gchar *seen = tokens (cases[i].text, n, n);
      if (cases[i].end[0] == '#')
        g_assert_cmpstr (strchr (seen, '#'), ==, cases[i].end);
      else
        g_assert_cmpstr (seen, ==, cases[i].end);
    }
}

static void
test_text (void)
{
  const struct
  {
    const gchar *in, *out;
  } cases[] = {{"a&lt;b&gt;&amp;&quot;&apos;", "a<b>&\"'"},
               {"&#233;&#xe9;", "\303\251\303\251"},
               {"&c;&nbsp;", "&c;&nbsp;"},
               {"a\013b\001c", "a b c"},
               {"&#0;&#11;", "  "},
               {"e\314\201", "\303\251"},
               {"&#x110000;&", " &"},
               {"\377", "\357\277\275"}};
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *text
          = citiz_xml_text ((CitizSlice){cases[i].in, strlen (cases[i].in)}, 100);
      g_assert_cmpstr (text, ==, cases[i].out);
    }
  g_autofree gchar *cut = citiz_xml_text ((CitizSlice){"ab\303\251", 4}, 3);
  g_assert_cmpstr (cut, ==, "ab");
}

static void
test_times_and_numbers (void)
{
  gint64 ms;
  gint16 zone;
  gdouble v;
#define S(text) ((CitizSlice){text, strlen (text)})
  g_assert_true (citiz_apple_time (S ("2022-11-06 01:30:00 -0400"), &ms, &zone));
  g_assert_cmpint (ms, ==, G_GINT64_CONSTANT (1667712600000));
  g_assert_cmpint (zone, ==, -240);
  g_assert_true (citiz_apple_time (S ("20150616071820-0400"), &ms, &zone)
                 && ms == G_GINT64_CONSTANT (1434453500000));
  g_assert_true (citiz_apple_time (S ("2023-01-01T08:00:00Z"), &ms, &zone)
                 && ms == G_GINT64_CONSTANT (1672560000000));
  g_assert_true (citiz_apple_time (S ("2023-01-01T08:00:00.250+05:30"), &ms, &zone) && zone == 330
                 && ms % 1000 == 250);
  static const gchar *const bad[] = {"",
                                     "2022-13-06 01:30:00 -0400",
                                     "2022-02-29 01:30:00 -0400",
                                     "2022-11-06",
                                     "2022-11-06 01:30:00",
                                     "2022-11-06 25:30:00 -0400",
                                     "2022-11-06 01:30:00 0400",
                                     "2022-11-06 01:30:00 -9900",
                                     "hello hello hello hello"};
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (citiz_apple_time (S (bad[i]), &ms, &zone));

  const struct
  {
    const gchar *text;
    gint scale;
    gdouble value;
  } numbers[] = {{"61", 0, 61},
                 {"0.338", 2, 33.8},
                 {"-1.5", 0, -1.5},
                 {"0.4971749504535062", 0, 0.4971749504535062},
                 {"48.74499999999999", 0, 48.74499999999999},
                 {"1e3", 0, 1000},
                 {"0.96", 2, 96},
                 {"0", 0, 0},
                 {"12345678901234567890", 0, 12345678901234567890.0}};
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_assert_true (citiz_apple_number (S (numbers[i].text), numbers[i].scale, &v));
      g_assert_cmpfloat (v, ==, numbers[i].value);
    }
  static const gchar *const no[]
      = {"", "-", "nan", "inf", "0x10", "1 ", " 1", "1,5", "1e999", "--1", "."};
  for (guint i = 0; i < G_N_ELEMENTS (no); i++)
    g_assert_false (citiz_apple_number (S (no[i]), 0, &v));
}

static void
test_units (void)
{
  g_assert_cmpstr (citiz_apple_unit ("mmol<180.1558800000541>/L"), ==, "mmol/L");
  g_assert_cmpstr (citiz_apple_unit ("lb"), ==, "[lb_av]");
  g_assert_cmpstr (citiz_apple_unit ("count/min"), ==, "/min");
  g_assert_cmpstr (citiz_apple_unit ("mL/min\302\267kg"), ==, "mL/kg/min");
  g_assert_cmpstr (citiz_apple_unit ("%"), ==, "%");
  g_assert_cmpstr (citiz_apple_unit ("yd"), ==, "[yd_i]");
  g_assert_null (citiz_apple_unit ("furlong"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/apple/oracle", test_oracle);
  g_test_add_func ("/importers/apple/resources", test_resources);
  g_test_add_func ("/importers/apple/sources-and-units", test_sources_and_units);
  g_test_add_func ("/importers/apple/malformed", test_malformed);
  g_test_add_func ("/importers/apple/entities", test_entities);
  g_test_add_func ("/importers/apple/other-writers", test_other_writers);
  g_test_add_func ("/importers/apple/split-anywhere", test_split_anywhere);
  g_test_add_func ("/importers/apple/limits", test_limits);
  g_test_add_func ("/importers/apple/text", test_text);
  g_test_add_func ("/importers/apple/times-and-numbers", test_times_and_numbers);
  g_test_add_func ("/importers/apple/units", test_units);
  return g_test_run ();
}
