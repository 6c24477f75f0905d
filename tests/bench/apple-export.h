/* An Apple Health export.xml as it is written, and what was counted of it. SPDX-License-Identifier: CC0-1.0 */
#pragma once

#include <stdint.h>
#include <stdio.h>

/* The same numbers after the same seed. */
void rnd_seed (uint64_t x);
uint64_t rnd (void);
int rnd_between (int a, int b); /* both included */
double rnd_unit (void);         /* from 0 to 1 */
double rnd_normal (void);       /* about 0, deviation 1 */

/* Days since 1970. */
int64_t day_of_date (int y, int m, int d);
int weekday (int64_t day); /* 0: Sunday */

/* Returns: 0 when the file cannot be made */
int export_begin (const char *path);
void export_end (void);

void put (const char *text);
void put_char (char c);
void put_int (int64_t v);
void put_two (int v);                        /* digits */
void put_number (double v, int dec);         /* decimals at the most */
void put_day (int64_t day);                  /* year-month-day */
void put_date (int64_t t);                   /* s since 1970, as Toronto's clocks show it */
void put_dates (int64_t start, int64_t end); /* attributes */
void put_attr (const char *k, const char *v);

typedef enum
{
  PHONE,
  WATCH,
  SCALE,
  CUFF,
  CGM,
  FOOD,
  N_SOURCES
} Source;
extern const char *const source_name[N_SOURCES];
extern const char *const source_version[N_SOURCES];
void put_device (int s);

/* @a, @b, @c: start, end, creation. The caller ends what record_open() begins. */
void record_open (const char *type, int s, const char *unit, int64_t a, int64_t b, int64_t c);
/* P2: exact copies of the record just ended, now and then; not counted in the sums. */
void record_copies (void);
void quantity (const char *type, int s, const char *unit, int64_t a, int64_t b, double v, int dec);
void category (const char *type, int s, int64_t a, int64_t b, const char *val);
extern int inside; /* a correlation */

/* What a reader must find: counts, and the values of each type. */
typedef struct
{
  unsigned long long records, copies, overlapping, workouts, pressures, days, beats;
} Counts;
extern Counts counts;
void oracle_add (const char *type, double v);
/* Returns: 0 when it cannot be written */
int oracle_write (const char *path);
