// SPDX-License-Identifier: Apache-2.0
//
// Declared names: well-formed, each declared once, and none that a hash would
// take for another.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crypto/hash.h"
#include "policy/checking.h"
#include "policy/text.h"
#include "privet/id.h"

namespace privet::policy {
namespace {

using v1::Policy;

std::string IdRemedy(std::string_view id) {
  std::string fixed(id);
  for (char& c : fixed) {
    c = absl::ascii_tolower(static_cast<unsigned char>(c));
    if (c == ' ' || c == '/' || c == ':') c = '_';
  }
  if (IsId(fixed)) return absl::StrCat("write ", Quoted(fixed));
  return "write lower-case letters, digits, `_` and `-`, with dots between "
         "parts";
}

std::string_view Article(absl::string_view word) {
  return std::string_view("aeio").find(word[0]) == std::string_view::npos
             ? "a "
             : "an ";
}

// Checks the names of one kind, as they are added.
class NameCheck {
 public:
  // `sealed`: the names enter keys or sealed bytes, by their oldest.
  NameCheck(Checking* checking, std::string_view word, bool sealed)
      : checking_(checking), word_(View(word)), sealed_(sealed) {}

  // Returns whether `id` is there and well-formed.
  bool CheckForm(std::string_view id, const FieldPath& path, bool is_type) {
    const bool ok = is_type ? IsTypeName(id) : IsId(id);
    if (id.empty()) {
      checking_->Error(
          path, absl::StrCat(View(Article(word_)), word_, " has no name"),
          is_type ? "write `type: \"…\"`" : "write `id: \"…\"`");
    } else if (id.size() > kMostIdBytes) {
      checking_->Error(
          path, absl::StrCat("a name of ", id.size(), " bytes is too long"),
          absl::StrCat("keep it to ", kMostIdBytes));
    } else if (!ok) {
      checking_->Error(path,
                       absl::StrCat(Quoted(id), " is no name of ",
                                    View(Article(word_)), word_),
                       is_type ? "write the full name of a message type, such "
                                 "as `acme.v1.Order`"
                               : IdRemedy(id));
    }
    return ok && id.size() <= kMostIdBytes;
  }

  template <typename Was>
  void Add(std::string_view id, int id_field, const Was& was, int was_field,
           const FieldPath& block, bool is_type = false) {
    const FieldPath path = Below(block, id_field);
    if (CheckForm(id, path, is_type)) Claim(id, path);
    for (int i = 0; i < was.size(); ++i) {
      const FieldPath old = Below(block, {was_field, i});
      if (CheckForm(was.Get(i), old, is_type)) Claim(was.Get(i), old);
    }
    if (!sealed_ || id.empty()) return;
    const std::string_view oldest =
        was.empty() ? id : std::string_view(was.Get(0));
    CheckSealed(oldest, was.empty() ? path : Below(block, {was_field, 0}));
  }

  void CheckSealed(std::string_view oldest, const FieldPath& path) {
    const auto [entry, is_new] = by_id4_.emplace(crypto::Id4(oldest), oldest);
    if (is_new || entry->second == oldest) return;
    checking_->Error(
        path,
        absl::StrCat(word_, " ", Quoted(oldest), " and ", Quoted(entry->second),
                     " have the same short hash, and sealed records could not "
                     "tell them apart"),
        "rename one of them");
  }

 private:
  static bool IsTypeName(std::string_view text) {
    bool at_start = true;
    for (const char c : text) {
      if (c == '.') {
        if (at_start) return false;
        at_start = true;
        continue;
      }
      if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_') {
        return false;
      }
      if (at_start && absl::ascii_isdigit(static_cast<unsigned char>(c))) {
        return false;
      }
      at_start = false;
    }
    return !at_start;
  }

  // Names and old names of one kind are one set.
  void Claim(std::string_view name, const FieldPath& path) {
    const auto [entry, is_new] = taken_.emplace(name, path);
    if (!is_new) {
      checking_->Error(
          path, absl::StrCat(word_, " ", Quoted(name), " is declared twice"),
          "rename one, or remove it");
      return;
    }
    const std::uint64_t hash = CategoryId::FromText(name).hash();
    const auto [other, is_first] = by_hash_.emplace(hash, name);
    if (is_first) return;
    checking_->Error(
        path,
        absl::StrCat(word_, " ", Quoted(name), " and ", Quoted(other->second),
                     " have the same hash, and ids could not tell them apart"),
        "rename one of them");
  }

  Checking* checking_;
  absl::string_view word_;
  bool sealed_;
  absl::flat_hash_map<std::string_view, FieldPath> taken_;
  absl::flat_hash_map<std::uint64_t, std::string_view> by_hash_;
  absl::flat_hash_map<std::uint32_t, std::string_view> by_id4_;
};

// Kinds whose blocks have `id` and `was`.
template <typename Blocks>
void CheckKind(Checking* checking, Kind kind, bool sealed,
               const Blocks& blocks) {
  using Block = typename Blocks::value_type;
  NameCheck names(checking, WordOf(kind), sealed);
  for (int i = 0; i < blocks.size(); ++i) {
    names.Add(blocks.Get(i).id(), Block::kIdFieldNumber, blocks.Get(i).was(),
              Block::kWasFieldNumber, {{FieldOf(kind), i}});
  }
}

// Kinds whose names enter nothing and have no `was`.
template <typename Blocks>
void CheckPlainKind(Checking* checking, Kind kind, const Blocks& blocks) {
  using Block = typename Blocks::value_type;
  NameCheck names(checking, WordOf(kind), false);
  const google::protobuf::RepeatedPtrField<std::string> none;
  for (int i = 0; i < blocks.size(); ++i) {
    names.Add(blocks.Get(i).id(), Block::kIdFieldNumber, none, 0,
              {{FieldOf(kind), i}});
  }
}

void CheckRecordTypes(Checking* checking) {
  const Policy& policy = checking->policy();
  NameCheck types(checking, WordOf(Kind::kRecord), true);
  NameCheck indices(checking, "index", true);
  for (int i = 0; i < policy.record_size(); ++i) {
    const v1::Record& record = policy.record(i);
    const FieldPath block{{Policy::kRecordFieldNumber, i}};
    types.Add(record.type(), v1::Record::kTypeFieldNumber, record.was(),
              v1::Record::kWasFieldNumber, block, /*is_type=*/true);
    for (int j = 0; j < record.field_size(); ++j) {
      const v1::Field& field = record.field(j);
      if (!field.has_index() || field.index().name().empty()) continue;
      const FieldPath path =
          Below(Below(Below(block, {v1::Record::kFieldFieldNumber, j}),
                      v1::Field::kIndexFieldNumber),
                v1::Index::kNameFieldNumber);
      if (indices.CheckForm(field.index().name(), path, false)) {
        indices.CheckSealed(field.index().name(), path);
      }
    }
  }
}

// Rules and proofs: a name of theirs is free text, shown in denials.
template <typename Blocks>
void CheckTitles(Checking* checking, int field, std::string_view word,
                 const Blocks& blocks,
                 absl::flat_hash_map<std::string_view, int>* seen) {
  using Block = typename Blocks::value_type;
  for (int i = 0; i < blocks.size(); ++i) {
    const std::string_view name = blocks.Get(i).name();
    const FieldPath path{{field, i}, Block::kNameFieldNumber};
    if (name.empty()) {
      checking->Error(path, absl::StrCat("a ", View(word), " has no name"),
                      "write `name: \"…\"`: denials and errors show it");
    } else if (!seen->emplace(name, i).second) {
      checking->Error(path,
                      absl::StrCat("the name ", Quoted(name), " is used twice"),
                      "give each its own");
    }
  }
}

}  // namespace

void CheckNames(Checking* checking) {
  const Policy& policy = checking->policy();
  NameCheck own(checking, "policy", true);
  own.Add(policy.id(), Policy::kIdFieldNumber, policy.was(),
          Policy::kWasFieldNumber, {});
  CheckPlainKind(checking, Kind::kController, policy.controller());
  CheckPlainKind(checking, Kind::kSubjectKind, policy.subject_kind());
  CheckPlainKind(checking, Kind::kRegion, policy.region());
  CheckKind(checking, Kind::kCategory, true, policy.category());
  CheckKind(checking, Kind::kPurpose, false, policy.purpose());
  CheckPlainKind(checking, Kind::kActor, policy.actor());
  CheckKind(checking, Kind::kRecipient, true, policy.recipient());
  CheckPlainKind(checking, Kind::kFact, policy.fact());
  CheckKind(checking, Kind::kEvent, true, policy.event());
  CheckKind(checking, Kind::kObligation, true, policy.obligation());
  CheckKind(checking, Kind::kRetention, true, policy.retention());
  CheckPlainKind(checking, Kind::kMinors, policy.minors());
  CheckRecordTypes(checking);

  absl::flat_hash_map<std::string_view, int> rules, proofs, expects;
  CheckTitles(checking, Policy::kRuleFieldNumber, "rule", policy.rule(),
              &rules);
  CheckTitles(checking, Policy::kNeverFieldNumber, "`never`", policy.never(),
              &proofs);
  CheckTitles(checking, Policy::kAlwaysFieldNumber, "`always`", policy.always(),
              &proofs);
  CheckTitles(checking, Policy::kOnlyFieldNumber, "`only`", policy.only(),
              &proofs);
  CheckTitles(checking, Policy::kExpectFieldNumber, "`expect`", policy.expect(),
              &expects);
}

}  // namespace privet::policy
