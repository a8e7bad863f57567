// SPDX-License-Identifier: Apache-2.0
//
// All of the core, for programs that would rather include one header. Not in
// it: local.h and sqlite.h (privet::sqlite), testing/ (privet::testing).

#ifndef PRIVET_PRIVET_H_
#define PRIVET_PRIVET_H_

// IWYU pragma: begin_exports
#include "privet/actor.h"
#include "privet/clock.h"
#include "privet/denial.h"
#include "privet/diagnostic.h"
#include "privet/engine.h"
#include "privet/engine_options.h"
#include "privet/explain.h"
#include "privet/id.h"
#include "privet/keys.h"
#include "privet/outcome.h"
#include "privet/policy.h"
#include "privet/record.h"
#include "privet/record_id.h"
#include "privet/record_store.h"
#include "privet/sealed_record.h"
#include "privet/secret.h"
#include "privet/shared_record.h"
#include "privet/store.h"
#include "privet/subject.h"
#include "privet/subjects.h"
#include "privet/sweeper.h"
#include "privet/transform.h"
// IWYU pragma: end_exports

#endif  // PRIVET_PRIVET_H_
