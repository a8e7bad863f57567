// SPDX-License-Identifier: Apache-2.0
//
// Actor::Minimize: a record in hand, reduced to what a purpose may see.

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/minimizing.h"
#include "engine/outcomes.h"
#include "engine/working_memory.h"
#include "privet/actor.h"
#include "privet/outcome.h"
#include "privet/record.h"
#include "privet/subject.h"
#include "record/pass.h"
#include "record/plan.h"

namespace privet {
namespace engine {

absl::Status MinimizeRecord(const Core& core, const Request& request,
                            const Record& record, const Subject& subject,
                            Call* call, WorkingMemory* memory,
                            Outcome* outcome) {
  PRIVET_ASSIGN_OR_RETURN(const record::Plan* plan,
                          call->generation->types().PlanOf(record));
  PRIVET_ASSIGN_OR_RETURN(call->resolved,
                          call->generation->Resolve(request, *plan));
  PRIVET_ASSIGN_OR_RETURN(call->keys, core.Begin());
  const policy::Snapshot& snapshot = call->generation->snapshot();
  if (subject.is_nobody()) {
    call->person = core.people().Stranger(snapshot, {});
  } else {
    PRIVET_ASSIGN_OR_RETURN(
        call->person, core.people().Find(call->keys, subject.id(), snapshot,
                                         plan->subject_kind(), false));
  }
  PRIVET_RETURN_IF_ERROR(core.Decide(call));
  const RecipientPseudonyms pseudonyms(core, *call);
  call->view.pseudonymizer = &pseudonyms;
  PRIVET_ASSIGN_OR_RETURN(const std::string_view bytes,
                          memory->BytesOf(record));
  record::Pass& pass = memory->pass();
  PRIVET_RETURN_IF_ERROR(
      pseudonyms.Explain(pass.Minimize(*plan, call->view, bytes)));
  call->view.pseudonymizer = nullptr;
  PRIVET_RETURN_IF_ERROR(CheckSubject(*plan, pass, bytes, subject));
  FillOutcome(*call, pass, outcome);
  return absl::OkStatus();
}

}  // namespace engine

absl::Status Actor::MinimizeInto(const Record& record, const Subject& subject,
                                 PurposeId purpose, std::string* bytes,
                                 const RequestOptions& options,
                                 Outcome* outcome) const {
  bytes->clear();
  engine::Call call;
  PRIVET_RETURN_IF_ERROR(engine::BeginCall(*core_, options, &call));
  engine::Request request;
  request.operation = policy::Operation::kUse;
  request.actor = actor_;
  request.region = region_;
  request.place = region_;
  request.purpose = purpose;
  engine::WorkingMemory memory;
  PRIVET_RETURN_IF_ERROR(engine::MinimizeRecord(
      *core_, request, record, subject, &call, &memory, outcome));
  bytes->assign(memory.pass().output());
  return absl::OkStatus();
}

absl::StatusOr<std::string> Actor::Minimize(const Record& record,
                                            const Subject& subject,
                                            PurposeId purpose,
                                            const RequestOptions& options,
                                            Outcome* outcome) const {
  std::string bytes;
  PRIVET_RETURN_IF_ERROR(
      MinimizeInto(record, subject, purpose, &bytes, options, outcome));
  return bytes;
}

}  // namespace privet
