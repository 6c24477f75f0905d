/* Numbers, dates and times read as people of both languages write them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-format.h"

#define NB CITIZ_NBSP

static void
check (gchar *got, const gchar *wanted)
{
  g_assert_cmpstr (got, ==, wanted);
  g_free (got);
}

static void
test_numbers (void)
{
  citiz_format_set_language (CITIZ_LANGUAGE_FR);
  check (citiz_format_number (4210, 0), "4" NB "210");
  check (citiz_format_number (-1.25, 1), "−1,2");
  check (citiz_format_number (-0.01, 1), "0,0");
  check (citiz_format_number (1234567.5, 1), "1" NB "234" NB "567,5");
  check (citiz_format_number_short (7.0, 2), "7");
  check (citiz_format_number_short (100, 0), "100");
  check (citiz_format_digits ("7.20"), "7,20");
  check (citiz_format_digits ("<5"), "<5");
  check (citiz_format_quantity (128, 0, "mm[Hg]"), "128" NB "mmHg");
  check (citiz_format_quantity (7.2, 1, "%"), "7,2" NB "%");
  check (citiz_format_bytes (812), "812" NB "octets");
  check (citiz_format_bytes (36506), "37" NB "Ko");
  check (citiz_format_bytes (2258632704), "2,3" NB "Go");
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  check (citiz_format_bytes (999700), "1.0" NB "MB");
  check (citiz_format_number (4210, 0), "4,210");
  check (citiz_format_quantity (7.2, 1, "%"), "7.2%");
}

static void
test_parse (void)
{
  gdouble v;
  guint minutes;
  gint y, m, d;

  g_assert_true (citiz_format_parse_number ("7,25", &v) && v == 7.25);
  /* As each language groups thousands; what is shown is read as the same. */
  g_assert_true (citiz_format_parse_number ("1,234", &v) && v == 1234);
  g_assert_true (citiz_format_parse_number ("−1,234,567.5", &v) && v == -1234567.5);
  g_assert_true (citiz_format_parse_number ("0,625", &v) && v == 0.625);
  g_assert_true (citiz_format_parse_number ("1234,567", &v) && v == 1234.567);
  g_assert_false (citiz_format_parse_number ("1,23,456", &v));
  citiz_format_set_language (CITIZ_LANGUAGE_FR);
  g_assert_true (citiz_format_parse_number ("1,234", &v) && v == 1.234);
  for (guint language = 0; language < 2; language++)
    {
      g_autofree gchar *shown = NULL;

      citiz_format_set_language (language);
      shown = citiz_format_number_short (8000, 0);
      g_assert_true (citiz_format_parse_number (shown, &v) && v == 8000);
    }
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  g_assert_true (citiz_format_parse_number (" 1 234.5 ", &v) && v == 1234.5);
  g_assert_true (citiz_format_parse_number ("1" NB "234", &v) && v == 1234);
  g_assert_false (citiz_format_parse_number ("", &v));
  g_assert_false (citiz_format_parse_number ("7,2,5", &v));
  g_assert_false (citiz_format_parse_number ("12a", &v));
  g_assert_true (citiz_format_parse_time ("7 h 05", &minutes) && minutes == 425);
  g_assert_true (citiz_format_parse_time ("7h", &minutes) && minutes == 420);
  g_assert_true (citiz_format_parse_time ("1432", &minutes) && minutes == 872);
  g_assert_false (citiz_format_parse_time ("25:00", &minutes));
  g_assert_false (citiz_format_parse_time ("", &minutes));
  g_assert_true (citiz_format_parse_date ("2004", &y, &m, &d) && y == 2004 && m == 0);
  g_assert_true (citiz_format_parse_date ("2004-02", &y, &m, &d) && m == 2 && d == 0);
  g_assert_true (citiz_format_parse_date ("18/10/2004", &y, &m, &d) && m == 10 && d == 18);
  g_assert_false (citiz_format_parse_date ("2023-02-29", &y, &m, &d));
  g_assert_false (citiz_format_parse_date ("hier", &y, &m, &d));
  g_assert_false (citiz_format_parse_date ("20 04", &y, &m, &d));
  g_assert_false (citiz_format_parse_date ("12/03/59", &y, &m, &d));
}

/* Day and month are never taken for one another, and what was understood is said. */
static void
test_typed_dates (void)
{
  static const struct
  {
    const gchar *typed, *en, *fr;
  } right[] = {{"1959-03-12", "12" NB "March 1959", "12" NB "mars 1959"},
               {" 31/12/1980 ", "31" NB "December 1980", "31" NB "décembre 1980"},
               {"12/31/1980", "31" NB "December 1980", "31" NB "décembre 1980"},
               {"05.05.1959", "5" NB "May 1959", "5" NB "mai 1959"},
               {"2004-10", "October 2004", "octobre 2004"},
               {"12/03/1959", "", ""},
               {"31/02/1980", "", ""}};
  gint y, m, d;

  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      citiz_format_set_language (CITIZ_LANGUAGE_FR);
      check (citiz_format_date_understood (right[i].typed), right[i].fr);
      citiz_format_set_language (CITIZ_LANGUAGE_EN);
      check (citiz_format_date_understood (right[i].typed), right[i].en);
    }
  g_assert_false (citiz_format_parse_date ("12/03/1959", &y, &m, &d));
  check (citiz_format_date_problem ("12/03/1959", TRUE),
         "12" NB "March 1959 or 3" NB "December 1959? Write 1959-03-12 or 1959-12-03.");
  check (citiz_format_date_problem ("2004", TRUE),
         "Write the day as 1958-03-14: the year, the month, the day.");
  g_assert_null (citiz_format_date_problem ("2004", FALSE));
  g_assert_null (citiz_format_date_problem ("1959-03-12", TRUE));
  check (citiz_format_date_problem ("2026-02-30", TRUE), "There is no 30" NB "February 2026.");
  check (citiz_format_date_problem ("31/04/1958", FALSE), "There is no 31" NB "April 1958.");
  check (citiz_format_date_problem ("04/31/1958", FALSE), "There is no 31" NB "April 1958.");
  check (citiz_format_date_problem ("2026-01-30x", TRUE),
         "Write the day as 1958-03-14: the year, the month, the day.");
}

static void
test_dates (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_local (2026, 10, 24, 9, 0, 0);
  g_autoptr (GDateTime) yesterday = g_date_time_new_local (2026, 10, 23, 17, 52, 0);
  g_autoptr (GDateTime) wednesday = g_date_time_new_local (2026, 10, 21, 13, 20, 0);
  g_autoptr (GDateTime) september = g_date_time_new_local (2026, 9, 1, 7, 5, 0);
  g_autoptr (GDateTime) monday = g_date_time_new_local (2026, 10, 19, 0, 0, 0);
  g_autoptr (GDateTime) sunday = g_date_time_new_local (2026, 10, 25, 0, 0, 0);

  citiz_format_set_language (CITIZ_LANGUAGE_FR);
  check (citiz_format_date_time (yesterday, now), "hier, 17" NB "h" NB "52");
  check (citiz_format_date_time (wednesday, now), "mercredi, 13" NB "h" NB "20");
  check (citiz_format_date (september, now), "1ᵉʳ" NB "sept.");
  check (citiz_format_time (september), "7" NB "h" NB "05");
  check (citiz_format_date_long (now, now), "samedi 24" NB "octobre");
  check (citiz_format_span (monday, sunday, now), "19" NB "–" NB "25" NB "octobre");
  check (citiz_format_partial_date (2004, 0, 0), "2004");
  check (citiz_format_partial_date (2004, 10, 0), "octobre 2004");
  check (citiz_format_duration (432), "7" NB "h" NB "12");
  check (citiz_format_remaining ((CitizTime){0}, (CitizTime){37 * CITIZ_DAY + 5}), "37" NB "jours");
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  check (citiz_format_date_time (yesterday, now), "yesterday, 17:52");
  check (citiz_format_remaining ((CitizTime){0}, (CitizTime){1}), "1" NB "min");
  check (citiz_format_capital ("élan"), "Élan");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/format/numbers", test_numbers);
  g_test_add_func ("/ui/format/parse", test_parse);
  g_test_add_func ("/ui/format/dates", test_dates);
  g_test_add_func ("/ui/format/typed-dates", test_typed_dates);
  return g_test_run ();
}
