/* The way of a transaction, step by step. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

typedef enum
{
  CITIZ_STEP_ENTERED,  /* received by this computer */
  CITIZ_STEP_SIGNED,   /* its signature is that of a key of its account */
  CITIZ_STEP_BLOCK,    /* it is in the block that names it */
  CITIZ_STEP_LOG,      /* its inclusion proof leads to the newest header's log root */
  CITIZ_STEP_VERIFIED, /* a quorum has signed that header as final */
  CITIZ_N_STEPS
} CitizStep;
