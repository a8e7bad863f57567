// SPDX-License-Identifier: Apache-2.0
//
// What sealing a new record and sealing an amended one have in common.

#ifndef PRIVET_ENGINE_SEALING_H_
#define PRIVET_ENGINE_SEALING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "engine/core.h"
#include "engine/sealed_type.h"
#include "engine/working_memory.h"
#include "privet/actor.h"
#include "privet/record_id.h"
#include "privet/sealed_record.h"
#include "privet/subject.h"
#include "record/pass.h"
#include "seal/class_terms.h"
#include "seal/sealer.h"

namespace privet::engine {

// What is sealed of one record: few enough, most often, not to be allocated.
using SealedCompartments = absl::InlinedVector<seal::Compartment, 8>;

// Returns when an event happened to `person`: EventTimes of one person.
absl::Time WhenHappened(const subject::Person& person, std::string_view event);

// Returns a bit for each compartment of the person's whose slot is past its
// deadline: of an erased person, of whom no event is known.
std::uint64_t PastDeadline(const subject::Person& person,
                           const base::SealedHeader& header, absl::Time now);

// Returns the request by which `actor` stores.
Request StoreRequest(const Core& core, ActorId actor, RegionId region);

// Resolves and decides storing `plan` about `subject`, who gets an owner if
// something may be stored. Sets all of `call`.
absl::Status DecideStore(const Core& core, ActorId actor, RegionId region,
                         const record::Plan& plan, const Subject& subject,
                         Call* call);

// InvalidArgument unless the id in the record's own subject field, if its type
// has one, is that of `subject`.
absl::Status CheckSubject(const record::Plan& plan, const record::Pass& pass,
                          std::string_view bytes, const Subject& subject);

// InvalidArgument if `changes` of a record, of which the pass is, name another
// subject than `subject`. They need not name any: whose record it is was found
// out by its keys, and its own id may not be stored in it, or not any more, or
// in a form only.
absl::Status CheckSubjectOfChanges(const record::Plan& plan,
                                   const record::Pass& pass,
                                   std::string_view changes,
                                   const Subject& subject);

// Returns when the record was created by its own account, else `now`.
absl::StatusOr<absl::Time> CreatedOf(const record::Plan& plan,
                                     std::string_view bytes, absl::Time now);

// Returns where to index what the pass captured, as far as the decided call
// stores it whole. ResourceExhausted if a value is too long for that.
absl::StatusOr<std::vector<IndexTag>> IndexTagsOf(const keys::Keyring& keyring,
                                                  const Call& call,
                                                  const record::Pass& pass);

// Returns the compartments that the pass split a record into and that have a
// retention. Views of the pass's memory.
SealedCompartments CompartmentsOf(const record::Plan& plan,
                                  const record::Pass& pass,
                                  const SealedLayout& layout);

// Returns why what lay in a compartment of the plan is not in the sealed
// record; null if it is.
const char* FateOf(const record::Plan& plan, const SealedLayout& layout,
                   const SealedCompartments& in, const seal::Sealed& sealed,
                   std::size_t compartment);

// Seals the residue of `bytes`, a record of the call's plan: "" if nothing
// would stay, nullopt if the type leaves none. `layout` is that of the
// residue's type, null: the one in force.
absl::StatusOr<std::optional<std::string>> SealResidue(
    const Core& core, const Call& call, std::string_view bytes,
    absl::Time created, const SealedLayout* layout, record::Pass* pass);

// Writes the rows by which the sweep knows that what was just sealed dies of an
// event that has happened already.
absl::Status NoteDeadlines(const Core& core, const subject::Person& person,
                           const SealedLayout& layout);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_SEALING_H_
