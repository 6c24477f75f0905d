/* Limits first, then a list of the only system calls left: no file is opened, nothing is run, nothing is sent.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static gboolean
limit (int what, rlim_t value)
{
  struct rlimit limits = {value, value};
  return setrlimit (what, &limits) == 0;
}

static gboolean
enter_limits (void)
{
#ifndef SANITIZED
  /* Sanitizers reserve terabytes; everything else fits well below this. */
  if (!limit (RLIMIT_AS, 768ul << 20))
    return FALSE;
#endif
  return limit (RLIMIT_CORE, 0) && limit (RLIMIT_CPU, 900) && limit (RLIMIT_NOFILE, 4)
         && limit (RLIMIT_FSIZE, 0);
}

/* Allowed as they are. Opening is answered with "not permitted" instead of death: libraries ask and go on without. */
static const int allowed[] = {
    SCMP_SYS (read),          SCMP_SYS (pread64),      SCMP_SYS (write),
    SCMP_SYS (writev),        SCMP_SYS (lseek),        SCMP_SYS (fstat),
    SCMP_SYS (newfstatat),    SCMP_SYS (close),        SCMP_SYS (munmap),
    SCMP_SYS (mremap),        SCMP_SYS (brk),          SCMP_SYS (madvise),
    SCMP_SYS (futex),         SCMP_SYS (exit),         SCMP_SYS (exit_group),
    SCMP_SYS (rt_sigreturn),  SCMP_SYS (rt_sigaction), SCMP_SYS (rt_sigprocmask),
    SCMP_SYS (clock_gettime), SCMP_SYS (getrandom),    SCMP_SYS (restart_syscall),
    SCMP_SYS (sched_yield),   SCMP_SYS (sysinfo),
};
static const int refused[]
    = {SCMP_SYS (open), SCMP_SYS (openat), SCMP_SYS (access), SCMP_SYS (readlink)};

static gboolean
add_rules (scmp_filter_ctx filter)
{
  for (guint i = 0; i < G_N_ELEMENTS (allowed); i++)
    if (seccomp_rule_add (filter, SCMP_ACT_ALLOW, allowed[i], 0) < 0)
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    if (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), refused[i], 0) < 0)
      return FALSE;
  /* Memory, but never memory that runs. */
  const struct scmp_arg_cmp no_exec = SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
  return seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 1, no_exec) == 0
         && seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mprotect), 1, no_exec) == 0;
}

#ifdef SANITIZED
/* What the sanitizers' own runtime asks for now and then. */
static gboolean
add_sanitizer_rules (scmp_filter_ctx filter)
{
  static const int more[] = {SCMP_SYS (getpid),         SCMP_SYS (gettid),
                             SCMP_SYS (sigaltstack),    SCMP_SYS (sched_getaffinity),
                             SCMP_SYS (prlimit64),      SCMP_SYS (nanosleep),
                             SCMP_SYS (gettimeofday),   SCMP_SYS (rseq),
                             SCMP_SYS (set_robust_list)};
  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    if (seccomp_rule_add (filter, SCMP_ACT_ALLOW, more[i], 0) < 0)
      return FALSE;
  return TRUE;
}
#endif

/**
 * citiz_sandbox_enter:
 *
 * From here on the process can read what it has open, write to what it has open, use memory, and end.
 *
 * Returns: FALSE when any wall could not be raised: the caller must then not read foreign bytes
 */
gboolean
citiz_sandbox_enter (void)
{
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return FALSE;
#ifndef SANITIZED
  if (prctl (PR_SET_DUMPABLE, 0) != 0)
    return FALSE;
#endif
  if (!enter_limits ())
    return FALSE;
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_KILL_PROCESS);
  gboolean inside = filter != NULL && add_rules (filter);
#ifdef SANITIZED
  inside = inside && add_sanitizer_rules (filter);
#endif
  /* For all threads: the one that reads ahead stands already, no other can be made. */
  inside = inside && seccomp_attr_set (filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0
           && seccomp_load (filter) == 0;
  if (filter != NULL)
    seccomp_release (filter);
  return inside;
}
