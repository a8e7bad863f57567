// SPDX-License-Identifier: Apache-2.0

#include "store/lost_race.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "privet/record_store.h"
#include "store/put_rules.h"
#include "store/tombstones.h"

namespace privet::store {
namespace {

RecordVersion VersionOf(const Incoming& stored) {
  std::string scratch;
  return {stored.header.id(), stored.header.revision(),
          WhatToStore(stored, &scratch).size()};
}

Replacement Shortened(const Incoming& stored, const Incoming& again) {
  Replacement replacement{VersionOf(stored), {}, {}, std::nullopt};
  replacement.bytes = base::DropCompartments(again.header, again.drop, true);
  for (std::size_t i = 0; i < again.header.size(); ++i) {
    if (((again.drop >> i) & 1) != 0) {
      replacement.dropped.push_back(again.header.compartment(i));
    }
  }
  return replacement;
}

}  // namespace

LostRace FindLost(Tombstones* tombstones, absl::Span<const Incoming> stored) {
  LostRace lost;
  std::vector<Incoming> again(stored.begin(), stored.end());
  lost.answer = MarkErased(tombstones, absl::MakeSpan(again));
  for (std::size_t i = 0; i < again.size(); ++i) {
    if (!lost.answer.ok()) {
      if (stored[i].is_new()) {
        lost.removals.push_back({VersionOf(stored[i]), std::nullopt});
      }
    } else if (again[i].drop != stored[i].drop) {
      if (AnythingLeft(again[i])) {
        lost.replacements.push_back(Shortened(stored[i], again[i]));
      } else {
        lost.removals.push_back({VersionOf(stored[i]), std::nullopt});
      }
    }
  }
  if (lost.answer.ok() && !lost.removals.empty()) lost.answer = ErasedSubject();
  return lost;
}

}  // namespace privet::store
