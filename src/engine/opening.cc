// SPDX-License-Identifier: Apache-2.0

#include "engine/opening.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/id_parts.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/outcomes.h"
#include "engine/refusals.h"
#include "engine/sealed_type.h"
#include "engine/sealing.h"
#include "engine/working_memory.h"
#include "google/protobuf/message.h"
#include "keys/keyring.h"
#include "policy/snapshot.h"
#include "privet/outcome.h"
#include "privet/record_id.h"
#include "privet/sealed_record.h"
#include "record/cells.h"
#include "record/pass.h"
#include "record/plan.h"
#include "seal/class_terms.h"
#include "seal/opener.h"

namespace privet::engine {
namespace {

constexpr std::uint32_t kPseudonymGeneration = 1;

// What there is to open: a bit for each compartment.
struct Masks {
  // Permitted by the policy, there, not due, not out of bounds.
  std::uint64_t wanted = 0;

  // The obligation for which alone some of what is permitted is kept, if any.
  const std::string* kept_for = nullptr;
};

absl::Status FindOwner(const Core& core, const SubjectMatch& match,
                       const base::SealedHeader& header, Call* call) {
  const policy::Snapshot& snapshot = call->generation->snapshot();
  const record::Plan& plan = *call->resolved->plan;
  if (header.about_nobody()) {
    if (!match.any() && !match.subject().is_nobody()) {
      return SomebodyElse(*call);
    }
    call->person = core.people().Stranger(snapshot, {});
    return absl::OkStatus();
  }
  if (!match.any()) {
    if (match.subject().is_nobody()) return SomebodyElse(*call);
    PRIVET_ASSIGN_OR_RETURN(
        call->person, core.people().Find(call->keys, match.subject().id(),
                                         snapshot, plan.subject_kind(), false));
    if (call->person->owner == header.owner()) return absl::OkStatus();
    // A record of somebody who was erased, and of which a law keeps a part? The
    // vault alone knows.
    if (call->keys.on_miss == keys::OnMiss::kRefuse) {
      return absl::UnavailableError(
          "the record is not about the person as he is known now, and the call "
          "may not wait for the vault, which knows who was erased; name the "
          "record's own subject, or AnySubject()");
    }
    PRIVET_ASSIGN_OR_RETURN(const std::vector<OwnerId> erased,
                            core.keyring()->ErasedOwners(match.subject().id()));
    if (std::find(erased.begin(), erased.end(), header.owner()) ==
        erased.end()) {
      return SomebodyElse(*call);
    }
  }
  PRIVET_ASSIGN_OR_RETURN(
      call->person, core.people().FindOwner(call->keys, header.owner(),
                                            snapshot, plan.subject_kind()));
  return absl::OkStatus();
}

absl::StatusOr<std::uint64_t> FindPermitted(const Call& call,
                                            const base::SealedHeader& header) {
  // Both lists rise, and are the same unless the policy has changed since.
  const auto known = call.resolved->plan->compartments();
  std::size_t next = 0;
  std::uint64_t permitted = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    const std::uint32_t id = header.compartment(i);
    while (next < known.size() && known[next].id < id) ++next;
    if (next < known.size() && known[next].id == id) {
      if (call.view.permitted.Meets(known[next].cells)) permitted |= bit;
      continue;
    }
    PRIVET_ASSIGN_OR_RETURN(const record::CellSet cells,
                            call.resolved->sealed->CellsOf(id));
    if (call.view.permitted.Meets(cells)) permitted |= bit;
  }
  return permitted;
}

// The refusal of a record of which the policy permits nothing, though it does
// of others of its type: by what this one holds, which nothing has proved. With
// no body to open there is no proof of the header either, so it is never
// answered as if it were empty.
absl::Status NothingPermitted(const Call& call,
                              const base::SealedHeader& header) {
  record::CellSet held;
  for (std::size_t i = 0; i < header.size(); ++i) {
    PRIVET_ASSIGN_OR_RETURN(
        const record::CellSet cells,
        call.resolved->sealed->CellsOf(header.compartment(i)));
    held |= cells;
  }
  return RefusalOf(call, held);
}

// Of what the policy permits, what there is to open.
Masks FindMasks(const Call& call, const base::SealedHeader& header,
                const seal::Times& times, std::uint64_t permitted,
                PurposeId purpose) {
  Masks masks;
  const bool erased = call.person->erased;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if ((permitted & times.live & bit) == 0) continue;
    const seal::ClassTerms* terms = times.terms[i];
    // What an obligation alone keeps, of an erased person or past the other
    // retentions, is for its own purposes.
    if (terms != nullptr && (erased || (times.restricted & bit) != 0)) {
      if (terms->obligation().empty()) continue;
      if (!call.generation->snapshot().Serves(purpose, terms->obligation())) {
        masks.kept_for = &terms->obligation();
        continue;
      }
    }
    masks.wanted |= bit;
  }
  return masks;
}

absl::Status NothingToOpen(const Call& call, const Masks& masks) {
  if (masks.kept_for != nullptr) return KeptFor(call, *masks.kept_for);
  return absl::NotFoundError(
      "what this purpose may see of the record is gone: its retention has "
      "ended, or its keys are destroyed");
}

// Opens `wanted`; where keys of some are destroyed, the rest.
absl::Status OpenLiving(const Core& core, const Call& call,
                        const base::SealedHeader& header,
                        const seal::Times& times, std::uint64_t* wanted,
                        seal::Plaintexts* out) {
  const seal::Opener opener(core.keyring());
  const seal::TypeName& type = call.resolved->sealed->name();
  absl::Status status =
      opener.Open(call.keys, header, type, times, *wanted, out);
  if (!absl::IsNotFound(status)) return status;
  std::uint64_t living = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if ((*wanted & bit) == 0) continue;
    const absl::Status one =
        opener.Open(call.keys, header, type, times, bit, out);
    if (one.ok()) living |= bit;
    if (!one.ok() && !absl::IsNotFound(one)) return one;
  }
  if (living == 0) return status;
  *wanted = living;
  return opener.Open(call.keys, header, type, times, living, out);
}

// Whether all that was opened may leave as it is: then no pass is needed.
bool AllPassWhole(const Call& call, const base::SealedHeader& header,
                  std::uint64_t opened) {
  const record::Plan& plan = *call.resolved->plan;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if ((opened >> i & 1) == 0) continue;
    const int known = plan.FindCompartment(header.compartment(i));
    if (known < 0 || !record::PassesWhole(plan, static_cast<std::size_t>(known),
                                          call.view)) {
      return false;
    }
  }
  return true;
}

absl::Status FillOpenOutcome(const Call& call, const base::SealedHeader& header,
                             const seal::Times& times, std::uint64_t opened,
                             const record::Pass& pass, Outcome* outcome) {
  if (outcome == nullptr) return absl::OkStatus();
  // What was sealed, of this layout or an older one, and not opened.
  record::CellSet due, dead;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if ((opened >> i & 1) != 0) continue;
    PRIVET_ASSIGN_OR_RETURN(
        const record::CellSet cells,
        call.resolved->sealed->CellsOf(header.compartment(i)));
    const bool is_public = header.retention_class(i) == base::kPublicClass;
    (is_public || (times.live >> i & 1) != 0 ? dead : due) |= cells;
  }
  const record::Field* const first = call.resolved->plan->fields().data();
  FillOutcome(
      call, pass,
      [&](const record::Field& field) {
        return dead.Has(field.cell) || due.Has(field.cell);
      },
      [&](const record::Field& field) -> const char* {
        // Fields of one cell may lie in two compartments, one of them opened.
        if (pass.Seen(static_cast<std::size_t>(&field - first))) return nullptr;
        return dead.Has(field.cell) ? "its key is destroyed" : "already due";
      },
      outcome);
  return absl::OkStatus();
}

}  // namespace

RecipientPseudonyms::RecipientPseudonyms(const Core& core, const Call& call)
    : core_(core),
      call_(call),
      recipient_(call.generation->snapshot().OldestName(
          policy::Sealed::kRecipient, call.resolved->context->recipient())) {}

absl::Status RecipientPseudonyms::Make(std::string_view category,
                                       bool is_subject, std::string_view value,
                                       std::string* pseudonym) const {
  PRIVET_RETURN_IF_ERROR(core_.NeedKeys());
  if (recipient_.empty()) {
    return absl::InternalError("a pseudonym is made for a recipient");
  }
  if (!is_subject) {
    *pseudonym = core_.keyring()->Pseudonym(recipient_, kPseudonymGeneration,
                                            category, value);
    return absl::OkStatus();
  }
  if (!call_.person->owner.has_value()) {
    return absl::NotFoundError(
        "nothing is stored about the person, so that there is no key for it; "
        "seal a record first");
  }
  PRIVET_ASSIGN_OR_RETURN(*pseudonym,
                          core_.keyring()->SubjectPseudonym(
                              call_.keys, *call_.person->owner, recipient_,
                              kPseudonymGeneration, category, value));
  return absl::OkStatus();
}

bool RecipientPseudonyms::Pseudonymize(std::string_view category,
                                       bool is_subject, std::string_view value,
                                       unsigned char* out) const {
  std::string pseudonym;
  const absl::Status status = Make(category, is_subject, value, &pseudonym);
  if (status_.ok()) status_ = status;
  if (!status.ok() || pseudonym.size() != kSize) return false;
  std::memcpy(out, pseudonym.data(), kSize);
  return true;
}

absl::Status RecipientPseudonyms::Explain(const absl::Status& failed) const {
  if (failed.ok() || status_.ok()) return failed;
  return absl::Status(status_.code(),
                      absl::StrCat(failed.message(), ": ", status_.message()));
}

absl::Status FindPerson(const Core& core, const SealedRecord& sealed,
                        const base::SealedHeader& header,
                        const SubjectMatch& match, Call* call) {
  PRIVET_RETURN_IF_ERROR(FindOwner(core, match, header, call));
  return seal::CheckPlace(header,
                          {&call->resolved->sealed->name(), sealed.id()});
}

absl::Status DecideOpen(const Core& core, const Request& request,
                        const SealedRecord& sealed,
                        const base::SealedHeader& header,
                        const SubjectMatch& subject, Call* call) {
  PRIVET_RETURN_IF_ERROR(core.NeedKeys());
  PRIVET_ASSIGN_OR_RETURN(const record::Plan* plan,
                          call->generation->types().PlanOf(
                              base::TypeOf(header.id()), header.type()));
  PRIVET_ASSIGN_OR_RETURN(call->resolved,
                          call->generation->Resolve(request, *plan));
  PRIVET_ASSIGN_OR_RETURN(call->keys, core.Begin());
  PRIVET_RETURN_IF_ERROR(FindPerson(core, sealed, header, subject, call));
  return core.Decide(call);
}

absl::StatusOr<Opened> OpenDecided(const Core& core, const Call& call,
                                   const base::SealedHeader& header,
                                   PurposeId purpose, WorkingMemory* memory,
                                   Outcome* outcome) {
  PRIVET_ASSIGN_OR_RETURN(const std::uint64_t permitted,
                          FindPermitted(call, header));
  if (permitted == 0) return NothingPermitted(call, header);
  seal::Times times;
  SealedType& type = *call.resolved->sealed;
  PRIVET_RETURN_IF_ERROR(seal::Opener(core.keyring())
                             .FindTimes(
                                 header, type.name(), permitted,
                                 &type.classes(), call.keys.now,
                                 [&call](std::string_view event) {
                                   return WhenHappened(*call.person, event);
                                 },
                                 &times));
  times.live &= ~PastDeadline(*call.person, header, call.keys.now);
  Masks masks = FindMasks(call, header, times, permitted, purpose);
  if (masks.wanted == 0) return NothingToOpen(call, masks);
  seal::Plaintexts& plaintexts = memory->plaintexts();
  PRIVET_RETURN_IF_ERROR(
      OpenLiving(core, call, header, times, &masks.wanted, &plaintexts));
  Opened opened;
  if (outcome == nullptr && AllPassWhole(call, header, masks.wanted)) {
    opened.bytes = plaintexts.joined();
    opened.joined = plaintexts.parts().size() > 1;
    return opened;
  }
  record::Pass& pass = memory->pass();
  PRIVET_RETURN_IF_ERROR(
      pass.Join(*call.resolved->plan, call.view, plaintexts.parts()));
  PRIVET_RETURN_IF_ERROR(
      FillOpenOutcome(call, header, times, masks.wanted, pass, outcome));
  opened.bytes = pass.output();
  opened.joined = plaintexts.parts().size() > 1;
  return opened;
}

absl::Status ParseInto(std::string_view bytes,
                       google::protobuf::Message* message) {
  message->Clear();
  if (message->ParsePartialFromArray(bytes.data(),
                                     static_cast<int>(bytes.size()))) {
    return absl::OkStatus();
  }
  message->Clear();
  return absl::DataLossError(absl::StrCat(
      "the record does not parse as `",
      std::string(message->GetDescriptor()->full_name()),
      "`: its schema has changed in a way that protobuf does not allow"));
}

absl::StatusOr<std::string> Canonical(const Call& call,
                                      std::string_view bytes) {
  const std::unique_ptr<google::protobuf::Message> message =
      call.generation->types().NewMessage(*call.resolved->plan);
  PRIVET_RETURN_IF_ERROR(ParseInto(bytes, message.get()));
  std::string canonical;
  if (!message->SerializePartialToString(&canonical)) {
    return absl::InternalError("the record could not be serialized");
  }
  return canonical;
}

}  // namespace privet::engine
