// SPDX-License-Identifier: Apache-2.0

#include "retention/subject_sweep.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "privet/record_store.h"
#include "retention/age_sweep.h"
#include "retention/disposal.h"

namespace privet::retention {
namespace {

constexpr int kRounds = 100;

absl::Status TooMuchChange() {
  return absl::AbortedError(
      "records change as fast as the sweep reads them; run it again");
}

Mask HeldOf(const base::SealedHeader& header) {
  Mask held = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if ((header.compartment_flags(i) & base::kHeld) != 0) held |= Mask{1} << i;
  }
  return held;
}

enum class Written : std::uint8_t {
  kAll,
  kSome,    // some record changed meanwhile
  kNotDue,  // none
};

// What is to be written back, and what that counts for.
class Batch {
 public:
  // Looks at a record; returns whether something of it goes.
  bool Add(std::string_view bytes, const Pick& pick, bool* held) {
    const auto header = base::SealedHeader::Parse(bytes);
    if (!header.ok()) return false;
    const Mask chosen = pick.choose(*header);
    const Mask drop = chosen & ~HeldOf(*header);
    *held = *held || drop != chosen;
    if (drop == 0) return false;
    Disposal disposal = Dispose(*header, drop, pick.residue, pick.residue_of);
    for (std::size_t i = 0; i < header->size(); ++i) {
      if (((drop >> i) & 1) != 0) {
        ++counts_.compartments[header->retention_class(i)];
      }
    }
    if (disposal.residue.has_value()) ++counts_.residues;
    const RecordVersion was{header->id(), header->revision(), bytes.size()};
    if (disposal.remove) {
      ++counts_.records;
      removals_.push_back({was, std::move(disposal.residue)});
    } else {
      replacements_.push_back({was, std::move(disposal.bytes),
                               std::move(disposal.dropped),
                               std::move(disposal.residue)});
    }
    return true;
  }

  std::size_t size() const { return replacements_.size() + removals_.size(); }

  absl::StatusOr<Written> Write(RecordSource& source, const StillDue& still,
                                Counts* counts) {
    if (size() == 0) return Written::kAll;
    if (still) {
      PRIVET_ASSIGN_OR_RETURN(const bool due, still());
      if (!due) return Written::kNotDue;
    }
    PRIVET_ASSIGN_OR_RETURN(const std::size_t replaced,
                            source.Replace(replacements_));
    PRIVET_ASSIGN_OR_RETURN(const std::size_t removed,
                            source.Remove(removals_));
    if (replaced + removed != size()) return Written::kSome;
    counts->Add(counts_);
    return Written::kAll;
  }

 private:
  std::vector<Replacement> replacements_;
  std::vector<Removal> removals_;
  Counts counts_;
};

// The ids first: a person may have more records than fit into memory.
absl::StatusOr<std::vector<RecordId>> Chosen(RecordSource& source,
                                             const OwnerId& owner,
                                             const Pick& pick, bool* held) {
  std::vector<RecordId> ids;
  PRIVET_RETURN_IF_ERROR(source.ScanSubject(
      owner, [&](const RecordId& id, std::string_view bytes) {
        if (Batch().Add(bytes, pick, held)) ids.push_back(id);
        return true;
      }));
  return ids;
}

absl::StatusOr<Written> DropFrom(RecordSource& source,
                                 absl::Span<const RecordId> ids,
                                 const Pick& pick, Counts* counts, bool* held) {
  Batch batch;
  for (const RecordId& id : ids) {
    PRIVET_RETURN_IF_ERROR(source.ScanRange(
        id, After(id), [&](const RecordId&, std::string_view bytes) {
          batch.Add(bytes, pick, held);
          return true;
        }));
  }
  return batch.Write(source, pick.still, counts);
}

}  // namespace

absl::Status DropFromSubject(RecordSource& source, const OwnerId& owner,
                             const Pick& pick, std::size_t batch,
                             Counts* counts, bool* held) {
  for (int round = 0; round < kRounds; ++round) {
    PRIVET_ASSIGN_OR_RETURN(const std::vector<RecordId> ids,
                            Chosen(source, owner, pick, held));
    if (ids.empty()) return absl::OkStatus();
    for (std::size_t i = 0; i < ids.size(); i += batch) {
      PRIVET_ASSIGN_OR_RETURN(
          const Written written,
          DropFrom(source, absl::MakeConstSpan(ids).subspan(i, batch), pick,
                   counts, held));
      if (written == Written::kNotDue) return absl::OkStatus();
    }
  }
  return TooMuchChange();
}

absl::Status DropFromType(RecordSource& source, std::uint32_t type,
                          const RecordId& from, const Pick& pick,
                          std::size_t batch, const SaveMark& save,
                          Counts* counts, bool* held) {
  const RecordId end = EndOf(type);
  RecordId next = std::max(from, FirstIdOf(type, 0));
  int repeated = 0;
  while (next < end) {
    Batch found;
    RecordId upto = end;
    PRIVET_RETURN_IF_ERROR(source.ScanRange(
        next, end, [&](const RecordId& id, std::string_view bytes) {
          found.Add(bytes, pick, held);
          if (found.size() < batch) return true;
          upto = After(id);
          return false;
        }));
    PRIVET_ASSIGN_OR_RETURN(const Written written,
                            found.Write(source, pick.still, counts));
    if (written == Written::kNotDue) return absl::OkStatus();
    if (written == Written::kSome) {
      if (++repeated == kRounds) return TooMuchChange();
      continue;
    }
    repeated = 0;
    next = upto;
    PRIVET_RETURN_IF_ERROR(save(next));
  }
  return absl::OkStatus();
}

}  // namespace privet::retention
