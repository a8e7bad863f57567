// SPDX-License-Identifier: Apache-2.0

#include "engine/prefetch.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
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
#include "privet/subject.h"
#include "record/plan.h"
#include "seal/class_terms.h"
#include "subject/people.h"

namespace privet::engine {
namespace {

// Brings the key of one compartment to memory, if the person has its slot.
absl::Status Warm(const Core& core, const keys::KeyCall& call,
                  const std::vector<keys::SlotKey>& slots,
                  const SealedType& type,
                  const record::Compartment& compartment,
                  const seal::ClassTerms* terms, const OwnerId& owner) {
  keys::KeyPlace place;
  place.type = type.name().number;
  place.compartment = compartment.id;
  if (terms == nullptr) {
    place.owner = type.name().nobody;
  } else {
    const bool has = std::any_of(slots.begin(), slots.end(),
                                 [terms](const keys::SlotKey& key) {
                                   return key.slot == terms->slot();
                                 });
    if (!has) return absl::OkStatus();
    place.owner = owner;
    place.slot = terms->slot();
    place.retention_class = terms->id();
    if (terms->has_epoch()) {
      place.epoch = terms->EpochOf(absl::ToUnixMillis(call.now));
      place.dies = terms->EpochDies(place.epoch);
    }
  }
  keys::CompartmentKey key;
  return core.keyring()->KeyForSealing(call, place, type.name().type, &key);
}

}  // namespace

absl::StatusOr<SubjectLease> Prefetch(const Core& core,
                                      const Subject& subject) {
  PRIVET_ASSIGN_OR_RETURN(keys::KeyCall call, core.Begin());
  call.on_miss = keys::OnMiss::kRead;
  const Generation& generation = core.generation();
  std::shared_ptr<const void> pin;
  for (const auto& plan : generation.types().plans()) {
    PRIVET_ASSIGN_OR_RETURN(
        subject::PersonPtr person,
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
    PRIVET_ASSIGN_OR_RETURN(
        const std::vector<keys::SlotKey> slots,
        keys::SlotsOfOwner(*core.options().vault, *person->owner));
    SealedType& type = *generation.Sealed(plan.get());
    PRIVET_ASSIGN_OR_RETURN(const SealedLayout* layout,
                            type.LayoutFor(person->facts.region));
    for (std::size_t i = 0; i < layout->size(); ++i) {
      if (!(*layout)[i].storable) continue;
      PRIVET_RETURN_IF_ERROR(Warm(core, call, slots, type,
                                  plan->compartments()[i], (*layout)[i].terms,
                                  *person->owner));
    }
    pin = std::move(person);
  }
  return SubjectLease(std::move(pin));
}

}  // namespace privet::engine
