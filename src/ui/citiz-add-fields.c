/* The fields of each kind of entry. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-add-forms.h"

#include <glib/gi18n.h>

static const CitizChoice severities[] = {{"", N_ ("Not known")},
                                         {"severe", N_ ("Severe")},
                                         {"moderate", N_ ("Moderate")},
                                         {"mild", N_ ("Mild")},
                                         {NULL, NULL}};
static const CitizChoice problem_states[] = {{"active", N_ ("Present")},
                                             {"remission", N_ ("In remission")},
                                             {"resolved", N_ ("Over")},
                                             {NULL, NULL}};
static const CitizChoice medication_states[] = {{"active", N_ ("I take it")},
                                                {"stopped", N_ ("Stopped")},
                                                {"on-hold", N_ ("On hold")},
                                                {NULL, NULL}};
static const CitizChoice visit_states[]
    = {{"planned", N_ ("To come")}, {"completed", N_ ("Took place")}, {NULL, NULL}};
static const CitizChoice roles[] = {{"relative", N_ ("Relative or friend")},
                                    {"mandatary", N_ ("Decides for you if you cannot")},
                                    {"physician", N_ ("Physician")},
                                    {"pharmacy", N_ ("Pharmacy")},
                                    {"other", N_ ("Other")},
                                    {NULL, NULL}};
static const CitizChoice genders[] = {{"", N_ ("Not said")},
                                      {"female", N_ ("Woman")},
                                      {"male", N_ ("Man")},
                                      {"other", N_ ("Other")},
                                      {NULL, NULL}};
static const CitizChoice taken[]
    = {{"taken", N_ ("Yes")}, {"skipped", N_ ("No, skipped")}, {NULL, NULL}};
static const CitizChoice meals[] = {{"breakfast", N_ ("Breakfast")},
                                    {"lunch", N_ ("Lunch")},
                                    {"dinner", N_ ("Supper")},
                                    {"snack", N_ ("Snack")},
                                    {NULL, NULL}};
static const CitizChoice none[] = {{NULL, NULL}};

#define TEXT(key, label)                                                                           \
  {                                                                                                \
    key, label, CITIZ_FIELD_TEXT, FALSE, NULL, 0, 0, NULL, NULL                                    \
  }
#define NEED(key, label)                                                                           \
  {                                                                                                \
    key, label, CITIZ_FIELD_TEXT, TRUE, NULL, 0, 0, NULL, NULL                                     \
  }
#define DATE(key, label)                                                                           \
  {                                                                                                \
    key, label, CITIZ_FIELD_DATE, FALSE, NULL, 0, 0, NULL, NULL                                    \
  }
#define CHOICE(key, label, choices)                                                                \
  {                                                                                                \
    key, label, CITIZ_FIELD_CHOICE, FALSE, choices, 0, 0, NULL, NULL                               \
  }
#define NUMBER(key, label, least, most)                                                            \
  {                                                                                                \
    key, label, CITIZ_FIELD_NUMBER, FALSE, NULL, least, most, NULL, NULL                           \
  }
#define DAY                                                                                        \
  {                                                                                                \
    "day", N_ ("Day"), CITIZ_FIELD_DAY, TRUE, NULL, 0, 0, NULL, NULL                               \
  }
#define TIME                                                                                       \
  {                                                                                                \
    "time", N_ ("Time"), CITIZ_FIELD_TIME, FALSE, NULL, 0, 0, NULL, NULL                           \
  }
#define NOTE                                                                                       \
  {                                                                                                \
    "note", N_ ("Note"), CITIZ_FIELD_TEXT, FALSE, NULL, 0, 0, NULL, NULL                           \
  }
#define SINCE                                                                                      \
  {                                                                                                \
    "onset", N_ ("Since"), CITIZ_FIELD_DATE, FALSE, NULL, 0, 0,                                    \
        N_ ("A year is enough: 2004. Or a month, or a day: 2004-10-18."), NULL                     \
  }
#define END                                                                                        \
  {                                                                                                \
    NULL, NULL, CITIZ_FIELD_TEXT, FALSE, NULL, 0, 0, NULL, NULL                                    \
  }

static const CitizField allergy[] = {NEED ("title", N_ ("What you do not tolerate")),
                                     TEXT ("reaction", N_ ("Reaction")),
                                     CHOICE ("severity", N_ ("Severity"), severities),
                                     {"intolerance", N_ ("An intolerance, not an allergy"),
                                      CITIZ_FIELD_SWITCH, FALSE, NULL, 0, 0, NULL, NULL},
                                     SINCE,
                                     NOTE,
                                     END};
static const CitizField problem[] = {NEED ("title", N_ ("Problem")),
                                     CHOICE ("status", N_ ("Status"), problem_states),
                                     SINCE,
                                     DATE ("end", N_ ("Until")),
                                     NOTE,
                                     END};
static const CitizField medication[]
    = {NEED ("title", N_ ("Medication")),
       TEXT ("detail", N_ ("Strength, for example 5 mg")),
       TEXT ("dosage", N_ ("How to take it")),
       {"times", N_ ("Hours"), CITIZ_FIELD_TEXT, FALSE, NULL, 0, 0,
        N_ ("For example 7:00, 18:00. Today then lists each dose at its hour."), NULL},
       {"as_needed", N_ ("Only when needed"), CITIZ_FIELD_SWITCH, FALSE, NULL, 0, 0, NULL, NULL},
       CHOICE ("status", N_ ("Status"), medication_states),
       TEXT ("reason", N_ ("Reason")),
       SINCE,
       DATE ("end", N_ ("Until")),
       NOTE,
       END};
static const CitizField dose[] = {CHOICE ("medication", N_ ("Medication"), none),
                                  DAY,
                                  TIME,
                                  CHOICE ("planned", N_ ("Planned at"), none),
                                  CHOICE ("taken", N_ ("Was it taken?"), taken),
                                  TEXT ("reason", N_ ("Reason, if skipped")),
                                  END};
static const CitizField immunization[]
    = {NEED ("title", N_ ("Vaccine")),
       {"onset", N_ ("Date"), CITIZ_FIELD_DATE, TRUE, NULL, 0, 0, NULL, NULL},
       TEXT ("detail", N_ ("Dose or lot")),
       TEXT ("site", N_ ("Place")),
       NOTE,
       END};
static const CitizField result[]
    = {CHOICE ("measure", N_ ("Test"), none),
       TEXT ("title", N_ ("Name of the test")),
       TEXT ("value", N_ ("Value")),
       TEXT ("unit", N_ ("Unit")),
       {"low", N_ ("From"), CITIZ_FIELD_NUMBER, FALSE, NULL, 0, 0, NULL,
        N_ ("Reference range of the laboratory")},
       NUMBER ("high", N_ ("To"), 0, 0),
       {"onset", N_ ("Date"), CITIZ_FIELD_DATE, TRUE, NULL, 0, 0, NULL, N_ ("When and where")},
       TEXT ("person", N_ ("Laboratory")),
       NOTE,
       END};
static const CitizField measure[]
    = {CHOICE ("measure", N_ ("Measure"), none),
       {"value", N_ ("Value"), CITIZ_FIELD_NUMBER, TRUE, NULL, 0, 0, NULL, NULL},
       {"value2", N_ ("Diastolic (the lower one)"), CITIZ_FIELD_NUMBER, TRUE, NULL, 20, 200, NULL,
        NULL},
       DAY,
       TIME,
       NOTE,
       END};
static const CitizField procedure[] = {NEED ("title", N_ ("Procedure")),
                                       DATE ("onset", N_ ("Date")),
                                       TEXT ("site", N_ ("Part of the body or place")),
                                       TEXT ("person", N_ ("By whom")),
                                       NOTE,
                                       END};
static const CitizField device[]
    = {NEED ("title", N_ ("Device or implant")), TEXT ("detail", N_ ("Model")), SINCE, NOTE, END};
static const CitizField visit[] = {NEED ("title", N_ ("Visit")),
                                   CHOICE ("status", N_ ("State"), visit_states),
                                   DAY,
                                   TIME,
                                   TEXT ("person", N_ ("With whom")),
                                   TEXT ("site", N_ ("Place")),
                                   TEXT ("reason", N_ ("Reason")),
                                   NOTE,
                                   END};
static const CitizField document[]
    = {NEED ("title", N_ ("Title")), DATE ("onset", N_ ("Date")), NOTE, END};
static const CitizField family[]
    = {NEED ("title", N_ ("Problem")), NEED ("relationship", N_ ("Who (mother, brother…)")), NOTE,
       END};
static const CitizField directive[] = {
    NEED ("title", N_ ("Directive")),
    DATE ("onset", N_ ("Date")),
    {"note", N_ ("What it says, or where it is"), CITIZ_FIELD_TEXT, FALSE, NULL, 0, 0, NULL, NULL},
    END};
static const CitizField contact[] = {NEED ("title", N_ ("Name")),
                                     CHOICE ("role", N_ ("Role"), roles),
                                     TEXT ("relationship", N_ ("Relationship")),
                                     TEXT ("phone", N_ ("Phone")),
                                     TEXT ("email", N_ ("Email")),
                                     NOTE,
                                     END};
static const CitizField session[]
    = {NEED ("title", N_ ("Activity")),
       DAY,
       TIME,
       {"minutes", N_ ("Minutes"), CITIZ_FIELD_NUMBER, TRUE, NULL, 1, 1440, NULL, NULL},
       NUMBER ("km", N_ ("Kilometres"), 0, 500),
       NUMBER ("heart", N_ ("Mean heart rate"), 30, 240),
       NOTE,
       END};
static const CitizField meal[] = {CHOICE ("category", N_ ("Meal"), meals), DAY, TIME, NOTE, END};
static const CitizField note[]
    = {{"note", N_ ("Note"), CITIZ_FIELD_TEXT, TRUE, NULL, 0, 0, NULL, NULL}, DAY, END};
static const CitizField person[]
    = {NEED ("given", N_ ("First name")),
       NEED ("family", N_ ("Last name")),
       {"onset", N_ ("Date of birth"), CITIZ_FIELD_DAY, FALSE, NULL, 0, 0,
        N_ ("A caregiver who types the spoken code is asked for it."), NULL},
       CHOICE ("gender", N_ ("Sex"), genders),
       TEXT ("health_number", N_ ("Health insurance number")),
       TEXT ("phone", N_ ("Phone")),
       TEXT ("address", N_ ("Address")),
       TEXT ("languages", N_ ("Languages")),
       END};

static const CitizField *const forms[CITIZ_N_KINDS] = {
    [CITIZ_KIND_PATIENT] = person,      [CITIZ_KIND_ALLERGY] = allergy,
    [CITIZ_KIND_PROBLEM] = problem,     [CITIZ_KIND_MEDICATION] = medication,
    [CITIZ_KIND_DOSE] = dose,           [CITIZ_KIND_IMMUNIZATION] = immunization,
    [CITIZ_KIND_RESULT] = result,       [CITIZ_KIND_MEASURE] = measure,
    [CITIZ_KIND_PROCEDURE] = procedure, [CITIZ_KIND_DEVICE] = device,
    [CITIZ_KIND_VISIT] = visit,         [CITIZ_KIND_DOCUMENT] = document,
    [CITIZ_KIND_FAMILY] = family,       [CITIZ_KIND_DIRECTIVE] = directive,
    [CITIZ_KIND_CONTACT] = contact,     [CITIZ_KIND_SESSION] = session,
    [CITIZ_KIND_MEAL] = meal,           [CITIZ_KIND_NOTE] = note,
};

const CitizField *
citiz_add_fields (CitizKind kind)
{
  return forms[kind];
}
