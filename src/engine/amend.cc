// SPDX-License-Identifier: Apache-2.0
//
// Actor::Amend: fields replaced inside the library, so that a partial view is
// never written back.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/retry.h"
#include "base/sealed_header.h"
#include "base/sealed_record_maker.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/ground.h"
#include "engine/opening.h"
#include "engine/outcomes.h"
#include "engine/sealed_type.h"
#include "engine/sealing.h"
#include "engine/working_memory.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "policy/retention_class.h"
#include "policy/snapshot.h"
#include "privet/actor.h"
#include "privet/sealed_record.h"
#include "record/cells.h"
#include "record/pass.h"
#include "record/plan.h"
#include "seal/class_table.h"
#include "seal/class_terms.h"
#include "seal/opener.h"
#include "seal/sealer.h"
#include "subject/state_store.h"

namespace privet {
namespace engine {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What amending replaces whole: repeated fields and maps of `changes`, at any
// depth that both have.
void ClearReplaced(const Message& changes, Message* record) {
  std::vector<const FieldDescriptor*> set;
  changes.GetReflection()->ListFields(changes, &set);
  for (const FieldDescriptor* field : set) {
    const auto* reflection = record->GetReflection();
    if (field->is_repeated()) {
      reflection->ClearField(record, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
               reflection->HasField(*record, field)) {
      ClearReplaced(changes.GetReflection()->GetMessage(changes, field),
                    reflection->MutableMessage(record, field));
    }
  }
}

// Merges what was stored and what changes into `merged`, serialized. The
// messages that do it are protobuf's: as any that a host parses or is given,
// they free their memory as it is. `merged` is the caller's to wipe.
absl::Status Merge(const Call& call, std::string_view stored,
                   std::string_view changes, std::string* merged) {
  const record::Plan& plan = *call.resolved->plan;
  const BoundTypes& types = call.generation->types();
  const std::unique_ptr<Message> record = types.NewMessage(plan);
  const std::unique_ptr<Message> changed = types.NewMessage(plan);
  PRIVET_RETURN_IF_ERROR(ParseInto(stored, record.get()));
  PRIVET_RETURN_IF_ERROR(ParseInto(changes, changed.get()));
  ClearReplaced(*changed, record.get());
  record->MergeFrom(*changed);
  if (!record->SerializePartialToString(merged)) {
    return absl::InternalError("the record could not be serialized");
  }
  return absl::OkStatus();
}

// The retention classes of those sealed compartments that hold fields of
// `compartment`.
absl::StatusOr<std::vector<const policy::RetentionClass*>> ClassesBefore(
    const base::SealedHeader& header, const record::Compartment& compartment,
    SealedType* type) {
  std::vector<const policy::RetentionClass*> had;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::uint32_t id = header.retention_class(i);
    if (id == base::kPublicClass) continue;
    PRIVET_ASSIGN_OR_RETURN(const record::CellSet cells,
                            type->CellsOf(header.compartment(i)));
    if (!cells.Meets(compartment.cells)) continue;
    PRIVET_ASSIGN_OR_RETURN(const seal::ClassTable::Entry* entry,
                            type->classes().Find(id));
    had.push_back(&entry->retention_class);
  }
  return had;
}

// The layout of `type` in force, with no period longer than it was: retention
// never reaches back.
absl::StatusOr<SealedLayout> NarrowedLayout(const base::SealedHeader& header,
                                            policy::RegionClass region,
                                            SealedType* of) {
  SealedType& type = *of;
  PRIVET_ASSIGN_OR_RETURN(const SealedLayout* in_force, type.LayoutFor(region));
  SealedLayout layout = *in_force;
  for (std::size_t i = 0; i < layout.size(); ++i) {
    if (layout[i].terms == nullptr) continue;
    PRIVET_ASSIGN_OR_RETURN(
        const auto had,
        ClassesBefore(header, type.plan().compartments()[i], &type));
    PRIVET_ASSIGN_OR_RETURN(const seal::ClassTable::Entry* now,
                            type.classes().Find(layout[i].terms->id()));
    PRIVET_ASSIGN_OR_RETURN(const policy::RetentionClass narrow,
                            seal::Narrow(now->retention_class, had));
    PRIVET_ASSIGN_OR_RETURN(const seal::ClassTable::Entry* narrowed,
                            type.classes().Remember(narrow));
    layout[i].terms = &narrowed->terms;
  }
  return layout;
}

// Leaves in memory->amended() everything that is stored and lives, in one
// serialized record; and the changes, as far as they may be stored.
absl::Status MakeAmended(const Core& core, const Call& call,
                         const base::SealedHeader& header,
                         std::string_view changes, const Subject& subject,
                         WorkingMemory* memory, Outcome* outcome) {
  seal::Times times;
  const seal::Opener opener(core.keyring());
  SealedType& type = *call.resolved->sealed;
  PRIVET_RETURN_IF_ERROR(opener.FindTimes(
      header, type.name(), ~std::uint64_t{0}, &type.classes(), call.keys.now,
      [&call](std::string_view event) {
        return WhenHappened(*call.person, event);
      },
      &times));
  std::uint64_t opened = 0;
  PRIVET_RETURN_IF_ERROR(opener.OpenAll(call.keys, header, type.name(), times,
                                        &opened, &memory->plaintexts()));
  if (opened == 0) {
    // Nor has anything proved the header, which the new one would go on from.
    return absl::NotFoundError(
        "nothing of the record is left to amend: its retention has ended, or "
        "its keys are destroyed");
  }
  record::Pass& pass = memory->pass();
  PRIVET_RETURN_IF_ERROR(
      pass.Minimize(*call.resolved->plan, call.view, changes));
  PRIVET_RETURN_IF_ERROR(
      CheckSubjectOfChanges(*call.resolved->plan, pass, changes, subject));
  FillOutcome(call, pass, outcome);
  return Merge(call, memory->plaintexts().joined(), pass.output(),
               memory->amended());
}

// Seals the residue again, unless it was taken out: then its source is gone.
absl::StatusOr<std::optional<std::string>> SealResidueAgain(
    const Core& core, const Call& call, const base::SealedHeader& header,
    std::string_view bytes, WorkingMemory* memory) {
  SealedLayout narrowed;
  const SealedLayout* layout = nullptr;
  if ((header.flags() & base::kHasResidue) != 0) {
    if (header.residue().empty()) return std::optional<std::string>("");
    PRIVET_ASSIGN_OR_RETURN(const base::SealedHeader before,
                            base::SealedHeader::Parse(header.residue()));
    SealedType* const type = call.resolved->sealed_residue;
    if (type != nullptr && before.type() == type->name().type) {
      PRIVET_ASSIGN_OR_RETURN(
          narrowed, NarrowedLayout(before, policy::kUnknownRegion, type));
      layout = &narrowed;
    }
  }
  return SealResidue(core, call, bytes, CreatedAt(header.id()), layout,
                     &memory->residue_pass());
}

// What was to be amended and could not be stored.
void MarkLeftOut(const record::Plan& plan, const SealedLayout& layout,
                 const SealedCompartments& in, const seal::Sealed& sealed,
                 Outcome* outcome) {
  if (outcome == nullptr) return;
  for (Outcome::Field& judged : outcome->fields) {
    for (const record::Field& field : plan.fields()) {
      if (field.path != judged.path ||
          judged.action == Outcome::Action::kDropped) {
        continue;
      }
      const char* fate = FateOf(plan, layout, in, sealed, field.compartment);
      if (fate == nullptr) continue;
      judged.action = Outcome::Action::kDropped;
      judged.reason = fate;
    }
  }
}

absl::StatusOr<SealedRecord> SealAgain(const Core& core, const Call& call,
                                       const base::SealedHeader& header,
                                       std::string_view bytes,
                                       WorkingMemory* memory,
                                       Outcome* outcome) {
  const record::Plan& plan = *call.resolved->plan;
  // What is stored is in its form already, and a form may not fit twice. It
  // stays although it may not be stored just now (an objection is pending, a
  // fact was not given), unless it has lost its ground: then it is due.
  record::CallView whole;
  whole.permitted = call.view.permitted;
  if (!whole.permitted.Covers(
          record::CellSet::FirstCells(plan.cells().size()))) {
    static const subject::Said kNothing;
    const subject::Said* said = call.person->said.get();
    whole.permitted |= CellsWithGround(call.generation->snapshot(), plan,
                                       said == nullptr ? kNothing : *said);
  }
  record::Pass& pass = memory->pass();
  PRIVET_RETURN_IF_ERROR(pass.Split(plan, whole, bytes));
  PRIVET_ASSIGN_OR_RETURN(
      const SealedLayout layout,
      NarrowedLayout(header, call.person->facts.region, call.resolved->sealed));
  const SealedCompartments compartments = CompartmentsOf(plan, pass, layout);
  seal::SealInput input;
  input.type = &call.resolved->sealed->name();
  input.policy_version = call.generation->policy().version();
  input.about_nobody = header.about_nobody();
  input.owner = header.owner();
  input.id = header.id();
  input.revision = header.revision() + 1;
  input.compartments = compartments;
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> residue,
                          SealResidueAgain(core, call, header, bytes, memory));
  if (residue.has_value()) input.residue = *residue;
  PRIVET_ASSIGN_OR_RETURN(std::vector<IndexTag> index,
                          IndexTagsOf(*core.keyring(), call, pass));
  seal::Sealed sealed;
  PRIVET_RETURN_IF_ERROR(seal::Sealer(core.keyring())
                             .Seal(
                                 call.keys, input,
                                 [&call](std::string_view event) {
                                   return WhenHappened(*call.person, event);
                                 },
                                 &sealed));
  PRIVET_RETURN_IF_ERROR(NoteDeadlines(core, *call.person, layout));
  MarkLeftOut(plan, layout, compartments, sealed, outcome);
  base::HeaderFields fields;
  fields.id = sealed.id;
  fields.owner = input.owner;
  fields.revision = input.revision;
  return SealedRecordMaker::Make(fields, std::move(sealed.bytes),
                                 std::move(index));
}

absl::StatusOr<SealedRecord> AmendOnce(const Core& core, const Request& request,
                                       const SealedRecord& sealed,
                                       const Record& changes,
                                       const Subject& subject,
                                       const RequestOptions& options,
                                       Outcome* outcome) {
  Call call;
  PRIVET_RETURN_IF_ERROR(BeginCall(core, options, &call));
  base::SealedHeader header;
  PRIVET_RETURN_IF_ERROR(header.Reread(sealed.bytes()));
  PRIVET_ASSIGN_OR_RETURN(const record::Plan* plan,
                          call.generation->types().PlanOf(changes));
  if (plan->sealed_type() != header.type()) {
    return absl::InvalidArgumentError(
        "the changes are of another type than the record");
  }
  PRIVET_RETURN_IF_ERROR(
      DecideOpen(core, request, sealed, header, subject, &call));
  if (call.person->erased) {
    return absl::NotFoundError(
        "the person was erased; what a law keeps of the record cannot be "
        "amended");
  }
  WorkingMemory memory;
  PRIVET_ASSIGN_OR_RETURN(const std::string_view bytes,
                          memory.BytesOf(changes));
  PRIVET_RETURN_IF_ERROR(
      MakeAmended(core, call, header, bytes, subject, &memory, outcome));
  auto again =
      SealAgain(core, call, header, *memory.amended(), &memory, outcome);
  if (again.ok() && !core.keyring()->Unchanged(call.keys)) {
    return absl::AbortedError("keys were destroyed meanwhile");
  }
  return again;
}

}  // namespace
}  // namespace engine

absl::StatusOr<SealedRecord> Actor::Amend(const SealedRecord& sealed,
                                          const Record& changes,
                                          const Subject& subject,
                                          const RequestOptions& options,
                                          Outcome* outcome) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  const engine::Request request = engine::StoreRequest(*core_, actor_, region_);
  return base::RetryAborted([&] {
    return engine::AmendOnce(*core_, request, sealed, changes, subject, options,
                             outcome);
  });
}

}  // namespace privet
