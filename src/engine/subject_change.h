// SPDX-License-Identifier: Apache-2.0
//
// One change of what is known of a person, with all that follows from it.

#ifndef PRIVET_ENGINE_SUBJECT_CHANGE_H_
#define PRIVET_ENGINE_SUBJECT_CHANGE_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/core.h"
#include "privet/id.h"
#include "privet/subject.h"
#include "subject/state_row.h"
#include "subject/state_store.h"

namespace privet::engine {

// What a change says; owner and time are set for it.
struct Edit {
  subject::StateRow row;
  std::vector<std::string> history;
  bool takes_away = false;
  bool nothing = false;  // it is so already
  bool undoes = false;   // it cannot be, once a period has ended
};

using MakeEdit =
    absl::FunctionRef<absl::Status(const subject::Said& said, Edit* edit)>;

// Reads the person, lets `make` say what changes, and writes it in one commit
// with the rows that tell the sweep: ground lost or won, periods begun or
// undone. Durable, and obeyed by every call that begins after it returned. A
// person of whom nothing is known gets an owner, unless only something is taken
// away.
absl::Status ChangePerson(const Core& core, const Subject& subject,
                          MakeEdit make);

struct DeclaredEvent {
  std::string name;  // the oldest
  bool renews = false;
};

// InvalidArgument if the policy does not declare it.
absl::StatusOr<DeclaredEvent> FindEvent(const Core& core, EventId event);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_SUBJECT_CHANGE_H_
