// SPDX-License-Identifier: Apache-2.0

#include "engine/sealing.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/deadlines.h"
#include "engine/index_values.h"
#include "engine/sealed_type.h"
#include "keys/destroyer.h"
#include "keys/keyring.h"
#include "policy/snapshot.h"
#include "privet/sealed_record.h"
#include "privet/subject.h"
#include "record/index_value.h"
#include "record/pass.h"
#include "record/plan.h"
#include "seal/record_id.h"
#include "seal/sealer.h"

namespace privet::engine {
namespace {

// Whether the record names `subject` in its own subject field, which its type
// has; nullopt if it names nobody.
absl::StatusOr<std::optional<bool>> NamesSubject(const record::Plan& plan,
                                                 const record::Pass& pass,
                                                 std::string_view bytes,
                                                 const Subject& subject) {
  std::optional<bool> names;
  for (const record::Captured& captured : pass.captured()) {
    const record::Field& field = plan.fields()[captured.field];
    if (field.path != plan.subject_path()) continue;
    names = captured.is_number
                ? record::ToText(captured) == subject.id()
                : captured.bytes == std::string_view(subject.id());
    if (*names) return names;
  }
  if (names.has_value()) return names;
  // It may lie in a message of which nothing is kept: no pass goes in there.
  PRIVET_ASSIGN_OR_RETURN(const std::string id, plan.ReadSubject(bytes));
  if (!id.empty()) names = id == subject.id();
  return names;
}

absl::Status NamesAnother(const record::Plan& plan, const char* what_to_do) {
  return absl::InvalidArgumentError(absl::StrCat(
      "field `", plan.subject_path(), "` of `", plan.type(),
      "` does not name the subject that the call names; pass the subject whose "
      "record it is, and ",
      what_to_do));
}

}  // namespace

absl::Time WhenHappened(const subject::Person& person, std::string_view event) {
  if (!person.has_events) return absl::InfiniteFuture();
  return subject::WhenHappened(*person.said, event);
}

std::uint64_t PastDeadline(const subject::Person& person,
                           const base::SealedHeader& header, absl::Time now) {
  std::uint64_t past = 0;
  for (const keys::SlotDeadline& deadline : person.deadlines) {
    if (deadline.dies > now) continue;
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (header.slot(i) == deadline.slot) past |= std::uint64_t{1} << i;
    }
  }
  return past;
}

Request StoreRequest(const Core& core, ActorId actor, RegionId region) {
  Request request;
  request.operation = policy::Operation::kStore;
  request.actor = actor;
  request.region =
      core.options().store_region ? core.options().store_region : region;
  request.place = region;
  return request;
}

absl::Status DecideStore(const Core& core, ActorId actor, RegionId region,
                         const record::Plan& plan, const Subject& subject,
                         Call* call) {
  PRIVET_ASSIGN_OR_RETURN(
      call->resolved,
      call->generation->Resolve(StoreRequest(core, actor, region), plan));
  PRIVET_ASSIGN_OR_RETURN(call->keys, core.Begin());
  const policy::Snapshot& snapshot = call->generation->snapshot();
  if (subject.is_nobody()) {
    call->person = core.people().Stranger(snapshot, {});
    return core.Decide(call);
  }
  PRIVET_ASSIGN_OR_RETURN(call->person,
                          core.people().Find(call->keys, subject.id(), snapshot,
                                             plan.subject_kind(), false));
  PRIVET_RETURN_IF_ERROR(core.Decide(call));
  if (call->person->owner.has_value()) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(call->person,
                          core.people().Find(call->keys, subject.id(), snapshot,
                                             plan.subject_kind(), true));
  return absl::OkStatus();
}

absl::Status CheckSubject(const record::Plan& plan, const record::Pass& pass,
                          std::string_view bytes, const Subject& subject) {
  if (plan.subject_path().empty()) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(const std::optional<bool> names,
                          NamesSubject(plan, pass, bytes, subject));
  if (names.value_or(false)) return absl::OkStatus();
  return NamesAnother(plan, "set the field");
}

absl::Status CheckSubjectOfChanges(const record::Plan& plan,
                                   const record::Pass& pass,
                                   std::string_view changes,
                                   const Subject& subject) {
  if (plan.subject_path().empty()) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(const std::optional<bool> names,
                          NamesSubject(plan, pass, changes, subject));
  if (names.value_or(true)) return absl::OkStatus();
  return NamesAnother(plan, "leave the field out, or as it is");
}

absl::StatusOr<absl::Time> CreatedOf(const record::Plan& plan,
                                     std::string_view bytes, absl::Time now) {
  if (plan.created_path().empty()) return now;
  PRIVET_ASSIGN_OR_RETURN(const absl::Time created, plan.ReadCreated(bytes));
  if (created == absl::InfinitePast()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "field `", plan.created_path(), "` of `", plan.type(),
        "` is not set: the policy counts the record's retention from it"));
  }
  return created;
}

absl::StatusOr<std::vector<IndexTag>> IndexTagsOf(const keys::Keyring& keyring,
                                                  const Call& call,
                                                  const record::Pass& pass) {
  PRIVET_ASSIGN_OR_RETURN(
      const std::vector<record::IndexValue> values,
      record::IndexValuesOf(*call.resolved->plan, call.view, pass));
  std::vector<IndexTag> tags;
  tags.reserve(values.size());
  for (const record::IndexValue& value : values) {
    tags.push_back(TagOf(keyring, value.field->index, value.value));
    tags.back().compartment = value.compartment;
  }
  return tags;
}

SealedCompartments CompartmentsOf(const record::Plan& plan,
                                  const record::Pass& pass,
                                  const SealedLayout& layout) {
  SealedCompartments in;
  const auto compartments = plan.compartments();
  for (std::size_t i = 0; i < layout.size(); ++i) {
    const std::string_view plaintext = pass.output(i);
    if (plaintext.empty() || !layout[i].storable) continue;
    in.push_back({compartments[i].id, layout[i].terms, plaintext});
  }
  return in;
}

const char* FateOf(const record::Plan& plan, const SealedLayout& layout,
                   const SealedCompartments& in, const seal::Sealed& sealed,
                   std::size_t compartment) {
  if (!layout[compartment].storable) return "no retention covers it";
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i].id != plan.compartments()[compartment].id) continue;
    if ((sealed.left_out >> i & 1) != 0) return "already due";
  }
  return nullptr;
}

absl::StatusOr<std::optional<std::string>> SealResidue(
    const Core& core, const Call& call, std::string_view bytes,
    absl::Time created, const SealedLayout* layout, record::Pass* pass) {
  if (call.resolved->sealed_residue == nullptr) {
    return std::optional<std::string>();
  }
  SealedType& type = *call.resolved->sealed_residue;
  record::CallView view;
  call.resolved->residue->Evaluate(call.word, &view);
  PRIVET_RETURN_IF_ERROR(pass->Split(type.plan(), view, bytes));
  if (layout == nullptr) {
    PRIVET_ASSIGN_OR_RETURN(layout, type.LayoutFor(policy::kUnknownRegion));
  }
  const SealedCompartments compartments =
      CompartmentsOf(type.plan(), *pass, *layout);
  if (compartments.empty()) return std::optional<std::string>("");
  seal::SealInput input;
  input.type = &type.name();
  input.policy_version = call.generation->policy().version();
  input.about_nobody = true;
  input.owner = type.name().nobody;
  input.created = seal::ResidueCreated(created);
  input.compartments = compartments;
  seal::Sealed sealed;
  const absl::Status status =
      seal::Sealer(core.keyring())
          .Seal(
              call.keys, input,
              [](std::string_view) { return absl::InfiniteFuture(); }, &sealed);
  // Too old to be kept even in the smaller form: then nothing stays.
  if (absl::IsInvalidArgument(status) &&
      sealed.left_out == ~std::uint64_t{0} >> (64 - compartments.size())) {
    return std::optional<std::string>("");
  }
  PRIVET_RETURN_IF_ERROR(status);
  return std::optional<std::string>(std::move(sealed.bytes));
}

absl::Status NoteDeadlines(const Core& core, const subject::Person& person,
                           const SealedLayout& layout) {
  if (!person.has_events || !person.owner.has_value()) {
    return absl::OkStatus();
  }
  for (const SealedCompartment& compartment : layout) {
    if (compartment.terms == nullptr) continue;
    PRIVET_RETURN_IF_ERROR(
        NoteDeadline(core, *person.owner, *person.said, *compartment.terms));
  }
  return absl::OkStatus();
}

}  // namespace privet::engine
