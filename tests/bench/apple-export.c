/* An Apple Health export.xml as it is written: numbers, dates, attributes, records, and what was counted of them. SPDX-License-Identifier: CC0-1.0 */
#include "apple-export.h"

#include <string.h>

static uint64_t state[4];

static uint64_t
rotl (uint64_t x, int k)
{
  return (x << k) | (x >> (64 - k));
}

uint64_t
rnd (void)
{
  uint64_t r = rotl (state[1] * 5, 7) * 9, t = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= t;
  state[3] = rotl (state[3], 45);
  return r;
}

void
rnd_seed (uint64_t x)
{
  for (int i = 0; i < 4; i++)
    {
      x += 0x9e3779b97f4a7c15ULL;
      uint64_t z = x;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
      state[i] = z ^ (z >> 31);
    }
}

int
rnd_between (int a, int b)
{
  return a + (int) (rnd () % (uint64_t) (b - a + 1));
}

double
rnd_unit (void)
{
  return (double) (rnd () >> 11) * (1.0 / 9007199254740992.0);
}

/* Irwin-Hall: no libm, so reproducible. */
double
rnd_normal (void)
{
  double s = 0;
  for (int i = 0; i < 12; i++)
    s += rnd_unit ();
  return s - 6;
}

int64_t
day_of_date (int y, int m, int d)
{
  y -= m <= 2;
  int64_t e = (y >= 0 ? y : y - 399) / 400;
  unsigned yo = (unsigned) (y - e * 400), dy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1,
           de = yo * 365 + yo / 4 - yo / 100 + dy;
  return e * 146097 + (int64_t) de - 719468;
}

static void
date_of_day (int64_t z, int *y, int *m, int *d)
{
  z += 719468;
  int64_t e = (z >= 0 ? z : z - 146096) / 146097;
  unsigned de = (unsigned) (z - e * 146097), yo = (de - de / 1460 + de / 36524 - de / 146096) / 365;
  int64_t yy = (int64_t) yo + e * 400;
  unsigned dy = de - (365 * yo + yo / 4 - yo / 100), mp = (5 * dy + 2) / 153;
  *d = dy - (153 * mp + 2) / 5 + 1;
  *m = mp < 10 ? mp + 3 : mp - 9;
  *y = (int) (yy + (*m <= 2));
}

int
weekday (int64_t days)
{
  return (int) ((days % 7 + 11) % 7);
}

static int64_t
nth_sunday (int y, int m, int n)
{
  int64_t d = day_of_date (y, m, 1);
  int w = weekday (d);
  return d + (w ? 7 - w : 0) + 7 * (n - 1);
}

static int
offset_at (int64_t t)
{
  static int cy = 0;
  static int64_t a, b;
  int y, m, d;
  int64_t dd = t >= 0 ? t / 86400 : (t - 86399) / 86400;
  date_of_day (dd, &y, &m, &d);
  if (y != cy)
    {
      cy = y;
      a = nth_sunday (y, 3, 2) * 86400 + 7 * 3600;
      b = nth_sunday (y, 11, 1) * 86400 + 6 * 3600;
    }
  return (t >= a && t < b) ? -4 * 3600 : -5 * 3600;
}

static FILE *out;
static char buffer[1 << 22];
static size_t used;
static uint64_t written;
Counts counts;

int
export_begin (const char *path)
{
  out = fopen (path, "wb");
  if (out != NULL)
    setvbuf (out, 0, _IONBF, 0);
  return out != NULL;
}

static void
write_out (void)
{
  fwrite (buffer, 1, used, out);
  written += used;
  used = 0;
}

void
export_end (void)
{
  write_out ();
  fclose (out);
}

void
put (const char *s)
{
  size_t l = strlen (s);
  if (used + l + 64 > sizeof buffer)
    write_out ();
  memcpy (buffer + used, s, l);
  used += l;
}

void
put_char (char c)
{
  if (used + 64 > sizeof buffer)
    write_out ();
  buffer[used++] = c;
}

void
put_int (int64_t v)
{
  char t[24];
  int i = 24;
  uint64_t u = v < 0 ? (uint64_t) -v : (uint64_t) v;
  do
    t[--i] = '0' + u % 10;
  while (u /= 10);
  if (v < 0)
    t[--i] = '-';
  if (used + 64 > sizeof buffer)
    write_out ();
  memcpy (buffer + used, t + i, 24 - i);
  used += 24 - i;
}

void
put_two (int v)
{
  buffer[used++] = '0' + v / 10;
  buffer[used++] = '0' + v % 10;
}

void
put_date (int64_t t)
{
  if (used + 64 > sizeof buffer)
    write_out ();
  int o = offset_at (t);
  int64_t l = t + o, dd = l >= 0 ? l / 86400 : (l - 86399) / 86400;
  static int64_t cd = -1;
  static char cb[11];
  int s = (int) (l - dd * 86400);
  if (dd != cd)
    {
      int y, m, d;
      date_of_day (dd, &y, &m, &d);
      snprintf (cb, 11, "%04d-%02d-%02d", y, m, d);
      cd = dd;
    }
  memcpy (buffer + used, cb, 10);
  used += 10;
  buffer[used++] = ' ';
  put_two (s / 3600);
  buffer[used++] = ':';
  put_two (s / 60 % 60);
  buffer[used++] = ':';
  put_two (s % 60);
  buffer[used++] = ' ';
  buffer[used++] = '-';
  put_two (-o / 3600);
  put_two (0);
}

void
put_dates (int64_t start, int64_t end)
{
  put (" startDate=\"");
  put_date (start);
  put ("\" endDate=\"");
  put_date (end);
  put_char ('"');
}

void
put_day (int64_t day)
{
  int y, m, d;
  date_of_day (day, &y, &m, &d);
  put_int (y);
  put_char ('-');
  put_two (m);
  put_char ('-');
  put_two (d);
}

void
put_number (double v, int dec)
{
  int64_t sc = 1;
  for (int i = 0; i < dec; i++)
    sc *= 10;
  int64_t whole = (int64_t) (v * (double) sc + (v < 0 ? -0.5 : 0.5));
  if (whole < 0)
    {
      put_char ('-');
      whole = -whole;
    }
  put_int (whole / sc);
  int64_t rest = whole % sc;
  if (rest)
    {
      put_char ('.');
      char t[12];
      int n = dec;
      for (int i = dec - 1; i >= 0; i--)
        {
          t[i] = '0' + rest % 10;
          rest /= 10;
        }
      while (n > 0 && t[n - 1] == '0')
        n--;
      for (int i = 0; i < n; i++)
        put_char (t[i]);
    }
}

static struct
{
  const char *type;
  unsigned long long n;
  double sum, min, max;
} oracle[96];
static int n_oracle;

void
oracle_add (const char *type, double v)
{
  int i;
  for (i = 0; i < n_oracle; i++)
    if (oracle[i].type == type || !strcmp (oracle[i].type, type))
      break;
  if (i == n_oracle)
    {
      oracle[n_oracle].type = type;
      oracle[n_oracle].min = 1e300;
      oracle[n_oracle].max = -1e300;
      n_oracle++;
    }
  oracle[i].n++;
  oracle[i].sum += v;
  if (v < oracle[i].min)
    oracle[i].min = v;
  if (v > oracle[i].max)
    oracle[i].max = v;
}

int
oracle_write (const char *path)
{
  FILE *file = fopen (path, "w");

  if (file == NULL)
    return 0;
  fprintf (file,
           "#bytes\t%llu\n#records_unique_top_level\t%llu\n#P2_exact_duplicates\t%llu\n"
           "#P1_overlapping_phone_records\t%llu\n#workouts\t%llu\n#bp_correlations\t%llu\n"
           "#activity_summaries\t%llu\n#hrv_beats\t%llu\n#type\tcount\tsum\tmin\tmax\n",
           (unsigned long long) written, counts.records, counts.copies, counts.overlapping,
           counts.workouts, counts.pressures, counts.days, counts.beats);
  for (int i = 0; i < n_oracle; i++)
    fprintf (file, "%s\t%llu\t%.6f\t%.6g\t%.6g\n", oracle[i].type, oracle[i].n, oracle[i].sum,
             oracle[i].min, oracle[i].max);
  return fclose (file) == 0;
}

const char *const source_name[N_SOURCES] = {"iPhone de \xc3\x89milie",
                                            "Apple\xc2\xa0Watch d\xe2\x80\x99\xc3\x89milie",
                                            "Health Mate",
                                            "OMRON connect",
                                            "Dexcom G6",
                                            "Cronometer"};

const char *const source_version[N_SOURCES] = {"16.5", "9.4", "6.2.1", "7.16.0", "1.10.1", "4.9.3"};

void
put_device (int s)
{
  if (s != PHONE && s != WATCH)
    return;
  put (" device=\"&lt;&lt;HKDevice: 0x");
  static const char h[] = "0123456789abcdef";
  uint64_t r = rnd ();
  char t[10];
  for (int i = 0; i < 9; i++)
    {
      t[i] = h[r & 15];
      r >>= 4;
    }
  t[9] = 0;
  put (t);
  put (
      s == PHONE
          ? "&gt;, name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone13,2, software:16.5&gt;\""
          : "&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,7, software:9.4&gt;\"");
}

void
put_attr (const char *k, const char *v)
{
  put_char (' ');
  put (k);
  put ("=\"");
  put (v);
  put_char ('"');
}

int inside;
static size_t record_start;

void
record_open (const char *type, int s, const char *unit, int64_t a, int64_t b, int64_t c)
{
  if (used + 2048 > sizeof buffer)
    write_out ();
  record_start = used;
  if (inside)
    put_char (' ');
  put (" <Record");
  if ((rnd () & 63) == 0) /* P4 */
    {
      put_attr ("sourceName", source_name[s]);
      put_attr ("type", type);
    }
  else
    {
      put_attr ("type", type);
      put_attr ("sourceName", source_name[s]);
    }
  put_attr ("sourceVersion", source_version[s]);
  put_device (s);
  if (unit)
    put_attr ("unit", unit);
  put (" creationDate=\"");
  put_date (c);
  put_char ('"');
  put_dates (a, b);
}

void
record_copies (void)
{
  int k = (rnd () % 1000) < 8 ? 1 + (rnd () % 64 == 0) * rnd_between (1, 6) : 0;
  size_t l = used - record_start;
  while (k--)
    {
      if (used + l + 64 > sizeof buffer)
        break;
      memcpy (buffer + used, buffer + record_start, l);
      used += l;
      counts.copies++;
    }
}

void
quantity (const char *type, int s, const char *unit, int64_t a, int64_t b, double v, int dec)
{
  record_open (type, s, unit, a, b, b + rnd_between (1, 400));
  put (" value=\"");
  put_number (v, dec);
  put ("\"/>\n");
  counts.records++;
  double sc = 1;
  for (int i = 0; i < dec; i++)
    sc *= 10;
  int64_t Q = (int64_t) (v * sc + (v < 0 ? -0.5 : 0.5));
  oracle_add (type, (double) Q / sc);
  if (!inside)
    record_copies ();
}

void
category (const char *type, int s, int64_t a, int64_t b, const char *val)
{
  record_open (type, s, NULL, a, b, b + rnd_between (1, 900));
  if (val)
    put_attr ("value", val);
  put ("/>\n");
  counts.records++;
  oracle_add (type, 0);
}
