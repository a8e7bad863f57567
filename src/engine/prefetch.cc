// SPDX-License-Identifier: Apache-2.0

#include "engine/prefetch.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/sealed_type.h"
#include "keys/catalogue.h"
#include "keys/destroyer.h"
#include "keys/epoch.h"
#include "keys/keyring.h"
#include "policy/snapshot.h"
#include "privet/record_id.h"
#include "privet/subject.h"
#include "record/plan.h"
#include "seal/class_terms.h"
#include "subject/people.h"

namespace privet::engine {
namespace {

// Brings the keys of one compartment of an owner to memory: that under which it
// is sealed now, and, being the same, the one that opens it.
absl::Status Warm(const Core& core, const keys::KeyCall& call,
                  const SealedType& type, std::uint32_t compartment,
                  const seal::ClassTerms* terms, const OwnerId& owner) {
  keys::KeyPlace place;
  place.type = type.name().number;
  place.compartment = compartment;
  place.owner = terms == nullptr ? type.name().nobody : owner;
  if (terms != nullptr) {
    place.slot = terms->slot();
    place.retention_class = terms->id();
    if (terms->has_epoch()) {
      place.epoch = terms->EpochOf(absl::ToUnixMillis(call.now));
      place.dies = terms->EpochDies(place.epoch);
    }
  }
  keys::CompartmentKey key;
  PRIVET_RETURN_IF_ERROR(
      core.keyring()->KeyForSealing(call, place, type.name().type, &key));
  place.generation = key.generation;
  return core.keyring()->KeyForOpening(call, place, type.name().type, &key);
}

// The same of each compartment of a type whose slot the owner has.
absl::Status WarmAll(const Core& core, const keys::KeyCall& call,
                     SealedType& type, policy::RegionClass region,
                     const OwnerId& owner) {
  PRIVET_ASSIGN_OR_RETURN(const std::vector<keys::SlotKey> slots,
                          keys::SlotsOfOwner(*core.options().vault, owner));
  PRIVET_ASSIGN_OR_RETURN(const SealedLayout* layout, type.LayoutFor(region));
  for (std::size_t i = 0; i < layout->size(); ++i) {
    const seal::ClassTerms* terms = (*layout)[i].terms;
    const bool has =
        terms == nullptr || std::any_of(slots.begin(), slots.end(),
                                        [terms](const keys::SlotKey& key) {
                                          return key.slot == terms->slot();
                                        });
    if (!has || !(*layout)[i].storable) continue;
    PRIVET_RETURN_IF_ERROR(
        Warm(core, call, type, type.plan().compartments()[i].id, terms, owner));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SubjectLease> Prefetch(const Core& core,
                                      const Subject& subject) {
  PRIVET_ASSIGN_OR_RETURN(keys::KeyCall call, core.Begin());
  call.on_miss = keys::OnMiss::kRead;
  const Generation& generation = core.generation();
  for (const auto& plan : generation.types().plans()) {
    PRIVET_ASSIGN_OR_RETURN(
        const subject::PersonPtr person,
        core.people().Find(call, subject.id(), generation.snapshot(),
                           plan->subject_kind(), false));
    if (!person->owner.has_value()) {
      return absl::NotFoundError("nothing is known of this person");
    }
    PRIVET_RETURN_IF_ERROR(core.people()
                               .FindOwner(call, *person->owner,
                                          generation.snapshot(),
                                          plan->subject_kind())
                               .status());
    PRIVET_RETURN_IF_ERROR(WarmAll(core, call, *generation.Sealed(plan.get()),
                                   person->facts.region, *person->owner));
    if (plan->residue() == nullptr) continue;
    SealedType& residue = *generation.Sealed(plan->residue());
    PRIVET_RETURN_IF_ERROR(WarmAll(core, call, residue, policy::kUnknownRegion,
                                   residue.name().nobody));
  }
  return SubjectLease();
}

}  // namespace privet::engine
