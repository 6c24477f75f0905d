/* Tests of the window that share one session with the sample record. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "crypto/citiz-crypto-error.h"
#include "ui/citiz-format.h"
#include "ui/citiz-page.h"
#include "ui-wait.h"

/* The whole of main(): @session is open while the tests run that @add_tests adds. */
static inline int
ui_sample_test (int argc, char **argv, CitizSession **session, void (*add_tests) (void))
{
  int failed;

  gtk_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  citiz_ui_init ();
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  *session = citiz_session_new_sample (CITIZ_LANGUAGE_EN);
  WAIT_FOR (citiz_session_get_state (*session) == CITIZ_SESSION_OPEN);
  add_tests ();
  failed = g_test_run ();
  g_object_unref (*session);
  return failed;
}
