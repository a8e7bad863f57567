// SPDX-License-Identifier: Apache-2.0

#include "retention/disposal.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "privet/record_store.h"
#include "retention/class_rule.h"

namespace privet::retention {
namespace {

using base::SealedHeader;

bool Has(Mask mask, std::size_t i) { return ((mask >> i) & 1) != 0; }

bool OnlyPublicLeft(const SealedHeader& header, Mask drop) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!header.dropped(i) && !Has(drop, i) &&
        header.retention_class(i) != base::kPublicClass) {
      return false;
    }
  }
  return true;
}

std::optional<Residue> TakeResidue(const SealedHeader& header,
                                   const std::string& residue_of) {
  if (header.residue().empty()) return std::nullopt;
  const auto id = base::CheckResidue(header, residue_of);
  if (!id.ok()) return std::nullopt;
  return Residue{*id, std::string(header.residue())};
}

}  // namespace

Disposal Dispose(const SealedHeader& header, Mask drop, ResidueFate residue,
                 const std::string& residue_of) {
  Disposal disposal;
  if (residue == ResidueFate::kOutlives) {
    disposal.residue = TakeResidue(header, residue_of);
  }
  disposal.remove = OnlyPublicLeft(header, drop);
  if (disposal.remove) return disposal;
  disposal.bytes =
      base::DropCompartments(header, drop, residue != ResidueFate::kStays);
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (Has(drop, i)) disposal.dropped.push_back(header.compartment(i));
  }
  return disposal;
}

Mask CompartmentsOf(const SealedHeader& header, const OwnerId& owner) {
  Mask mask = 0;
  if (header.about_nobody()) return mask;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::uint8_t index = header.descriptor(i).owner_index;
    if (header.dropped(i) || index == base::kNobodyIndex) continue;
    const OwnerId of =
        index == 0 ? header.owner() : header.further_owner(index - 1u);
    if (of == owner) mask |= Mask{1} << i;
  }
  return mask;
}

DueByAge::DueByAge(absl::Span<const ClassRule> rules, absl::Time now) {
  for (const ClassRule& rule : rules) {
    classes_[rule.retention_class] =
        Class{&rule, rule.created.has_value()
                         ? absl::ToUnixMillis(rule.DueBefore(now))
                         : -1};
  }
}

Mask DueByAge::Of(const SealedHeader& header) const {
  const std::int64_t created = absl::ToUnixMillis(CreatedAt(header.id()));
  Mask mask = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header.dropped(i) || (header.compartment_flags(i) & base::kHeld) != 0) {
      continue;
    }
    const auto found = classes_.find(header.retention_class(i));
    if (found != classes_.end() && created <= found->second.cut_ms) {
      mask |= Mask{1} << i;
    }
  }
  return mask;
}

std::optional<Disposal> DueByAge::Decide(const SealedHeader& header,
                                         Mask due) const {
  if (due == 0) return std::nullopt;
  const std::string* residue_of = nullptr;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!Has(due, i)) continue;
    const ClassRule& ended = rule(header.retention_class(i));
    if (!ended.residue_of.empty()) residue_of = &ended.residue_of;
  }
  return residue_of == nullptr
             ? Dispose(header, due, ResidueFate::kStays, "")
             : Dispose(header, due, ResidueFate::kOutlives, *residue_of);
}

}  // namespace privet::retention
