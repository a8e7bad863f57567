// SPDX-License-Identifier: Apache-2.0

#include "engine/ground.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "engine/generation.h"
#include "keys/catalogue.h"
#include "policy/snapshot.h"
#include "policy/subject_state.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "privet/v1/policy.pb.h"
#include "record/cells.h"
#include "record/plan.h"
#include "subject/due_rows.h"
#include "subject/state_row.h"
#include "subject/state_store.h"

namespace privet::engine {
namespace {

// One compartment of the vault's catalogue, as this policy knows it.
struct Known {
  const record::Plan* plan = nullptr;
  std::uint32_t type = 0;
  std::uint32_t id = 0;
  record::CellSet cells;
};

absl::StatusOr<std::vector<Known>> KnownCompartments(
    const Generation& generation, Store& vault) {
  std::vector<Known> known;
  absl::Status status;
  PRIVET_RETURN_IF_ERROR(keys::ForEachCompartment(
      vault,
      [&](std::uint32_t type, std::uint32_t compartment, std::string_view row) {
        const record::Plan* const plan = generation.types().FindSealed(type);
        if (plan == nullptr) return true;
        auto cells = plan->CellsOf(row);
        status = cells.status();
        if (!cells.ok()) return false;
        known.push_back({plan, type, compartment, *cells});
        return true;
      }));
  if (!status.ok()) return status;
  return known;
}

bool CellHasGround(const policy::Snapshot& snapshot, const record::Cell& cell,
                   const policy::SubjectFacts& facts) {
  return cell.categories.empty() ||  // public
         snapshot.HasGround(cell.categories, facts);
}

// Whether some field of the compartment may still be opened by somebody.
bool HasGround(const policy::Snapshot& snapshot, const Known& compartment,
               const policy::SubjectFacts& facts) {
  const auto cells = compartment.plan->cells();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (compartment.cells.Has(static_cast<record::CellIndex>(i)) &&
        CellHasGround(snapshot, cells[i], facts)) {
      return true;
    }
  }
  return false;
}

policy::SubjectFacts FactsFor(const policy::Snapshot& snapshot,
                              const record::Plan& plan,
                              const subject::Said& said) {
  policy::SubjectState state = said.state;
  if (state.kind.empty()) state.kind = plan.subject_kind();
  for (const subject::StateRow& row : said.rows) {
    if (row.kind != subject::RowKind::kObjection ||
        row.status != subject::RowStatus::kInForce) {
      continue;
    }
    auto& objections = state.objections;
    objections.erase(
        std::remove(objections.begin(), objections.end(), row.name),
        objections.end());
  }
  return snapshot.FactsOf(state);
}

Store::Write Row(const OwnerId& owner, const Known& compartment, bool lost) {
  const subject::GroundLost row{owner, compartment.type, compartment.id};
  return {subject::KeyOf(row),
          lost ? std::optional<std::string>("") : std::nullopt};
}

}  // namespace

absl::StatusOr<std::vector<Store::Write>> GroundOfPerson(
    const Generation& generation, Store& vault, const OwnerId& owner,
    const subject::Said& before, const subject::Said& after) {
  const policy::Snapshot& snapshot = generation.snapshot();
  PRIVET_ASSIGN_OR_RETURN(const std::vector<Known> known,
                          KnownCompartments(generation, vault));
  std::vector<Store::Write> writes;
  for (const Known& compartment : known) {
    const bool has = HasGround(snapshot, compartment,
                               FactsFor(snapshot, *compartment.plan, after));
    const bool had = HasGround(snapshot, compartment,
                               FactsFor(snapshot, *compartment.plan, before));
    // A row may be there although there was ground before: of a change that was
    // worked out while another was made.
    if (has || had) writes.push_back(Row(owner, compartment, !has));
  }
  return writes;
}

absl::StatusOr<std::vector<Store::Write>> GroundTaken(
    const Generation& generation, Store& vault, const OwnerId& owner,
    const subject::Said& said) {
  subject::Said before = said;
  for (subject::StateRow row : said.rows) {
    if (row.kind == subject::RowKind::kConsent &&
        row.status == subject::RowStatus::kEnded) {
      row.status = subject::RowStatus::kInForce;
    } else if (row.kind == subject::RowKind::kObjection &&
               row.status == subject::RowStatus::kUpheld) {
      row.status = subject::RowStatus::kEnded;
    } else {
      continue;
    }
    before = subject::WithRow(before, row);
  }
  return GroundOfPerson(generation, vault, owner, before, said);
}

absl::StatusOr<std::vector<Looked>> GroundOfEverybody(
    const Generation& generation, Store& vault) {
  const policy::Snapshot& snapshot = generation.snapshot();
  PRIVET_ASSIGN_OR_RETURN(const std::vector<Known> known,
                          KnownCompartments(generation, vault));
  subject::Said willing;
  for (const v1::Purpose& purpose : snapshot.policy().purpose()) {
    willing.state.consents.push_back(purpose.id());
  }
  std::vector<Looked> looked;
  for (const Known& compartment : known) {
    const bool has = HasGround(snapshot, compartment,
                               FactsFor(snapshot, *compartment.plan, willing));
    looked.push_back({compartment.type, compartment.id, !has});
  }
  return looked;
}

record::CellSet CellsWithGround(const policy::Snapshot& snapshot,
                                const record::Plan& plan,
                                const subject::Said& said) {
  const policy::SubjectFacts facts = FactsFor(snapshot, plan, said);
  record::CellSet cells;
  for (std::size_t i = 0; i < plan.cells().size(); ++i) {
    if (CellHasGround(snapshot, plan.cells()[i], facts)) {
      cells.Add(static_cast<record::CellIndex>(i));
    }
  }
  return cells;
}

}  // namespace privet::engine
