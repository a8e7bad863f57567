// SPDX-License-Identifier: Apache-2.0
//
// Actor::Seal: before a write.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/retry.h"
#include "base/sealed_record_maker.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/outcomes.h"
#include "engine/sealed_type.h"
#include "engine/sealing.h"
#include "engine/working_memory.h"
#include "privet/actor.h"
#include "privet/outcome.h"
#include "privet/sealed_record.h"
#include "record/pass.h"
#include "record/plan.h"
#include "seal/sealer.h"

namespace privet {
namespace engine {
namespace {

struct NewRecord {
  const record::Plan* plan = nullptr;
  std::string_view bytes;
  const Subject* subject = nullptr;
};

absl::StatusOr<SealedRecord> SealOnce(const Core& core, Call* call,
                                      const NewRecord& record,
                                      WorkingMemory* memory, Outcome* outcome) {
  record::Pass& pass = memory->pass();
  PRIVET_RETURN_IF_ERROR(pass.Split(*record.plan, call->view, record.bytes));
  PRIVET_RETURN_IF_ERROR(
      CheckSubject(*record.plan, pass, record.bytes, *record.subject));
  SealedType& type = *call->resolved->sealed;
  PRIVET_ASSIGN_OR_RETURN(const SealedLayout* layout,
                          type.LayoutFor(call->person->facts.region));
  const SealedCompartments in = CompartmentsOf(*record.plan, pass, *layout);
  seal::SealInput input;
  PRIVET_ASSIGN_OR_RETURN(
      input.created, CreatedOf(*record.plan, record.bytes, call->keys.now));
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> residue,
                          SealResidue(core, *call, record.bytes, input.created,
                                      nullptr, &memory->residue_pass()));
  input.type = &type.name();
  input.policy_version = call->generation->policy().version();
  input.about_nobody = record.subject->is_nobody();
  input.owner = input.about_nobody ? type.name().nobody : *call->person->owner;
  input.compartments = in;
  if (residue.has_value()) input.residue = *residue;
  PRIVET_ASSIGN_OR_RETURN(std::vector<IndexTag> index,
                          IndexTagsOf(*core.keyring(), *call, pass));
  seal::Sealed sealed;
  const auto events = [call](std::string_view event) {
    return WhenHappened(*call->person, event);
  };
  PRIVET_RETURN_IF_ERROR(
      seal::Sealer(core.keyring()).Seal(call->keys, input, events, &sealed));
  PRIVET_RETURN_IF_ERROR(NoteDeadlines(core, *call->person, *layout));
  FillOutcome(
      *call, pass, [](const record::Field&) { return false; },
      [&](const record::Field& field) {
        return FateOf(*record.plan, *layout, in, sealed, field.compartment);
      },
      outcome);
  base::HeaderFields fields;
  fields.id = sealed.id;
  fields.owner = input.owner;
  return SealedRecordMaker::Make(fields, std::move(sealed.bytes),
                                 std::move(index));
}

}  // namespace
}  // namespace engine

absl::StatusOr<SealedRecord> Actor::Seal(const Record& record,
                                         const Subject& subject,
                                         const RequestOptions& options,
                                         Outcome* outcome) const {
  const engine::Core& core = *core_;
  PRIVET_RETURN_IF_ERROR(core.NeedKeys());
  return base::RetryAborted([&]() -> absl::StatusOr<SealedRecord> {
    engine::Call call;
    PRIVET_RETURN_IF_ERROR(engine::BeginCall(core, options, &call));
    engine::WorkingMemory memory;
    engine::NewRecord in;
    PRIVET_ASSIGN_OR_RETURN(in.plan, call.generation->types().PlanOf(record));
    PRIVET_ASSIGN_OR_RETURN(in.bytes, memory.BytesOf(record));
    in.subject = &subject;
    PRIVET_RETURN_IF_ERROR(
        engine::DecideStore(core, actor_, region_, *in.plan, subject, &call));
    return engine::SealOnce(core, &call, in, &memory, outcome);
  });
}

}  // namespace privet
