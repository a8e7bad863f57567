// SPDX-License-Identifier: Apache-2.0

#include "policy/checking.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "base/keep.h"
#include "policy/names.h"
#include "policy/nearest.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using v1::Policy;

struct KindInfo {
  std::string_view word;
  int field;
};

constexpr KindInfo kKinds[kKindCount] = {
    {"controller", Policy::kControllerFieldNumber},
    {"subject kind", Policy::kSubjectKindFieldNumber},
    {"region", Policy::kRegionFieldNumber},
    {"category", Policy::kCategoryFieldNumber},
    {"purpose", Policy::kPurposeFieldNumber},
    {"actor", Policy::kActorFieldNumber},
    {"recipient", Policy::kRecipientFieldNumber},
    {"fact", Policy::kFactFieldNumber},
    {"event", Policy::kEventFieldNumber},
    {"obligation", Policy::kObligationFieldNumber},
    {"record type", Policy::kRecordFieldNumber},
    {"retention", Policy::kRetentionFieldNumber},
    {"age group", Policy::kMinorsFieldNumber},
};

std::size_t At(Kind kind) { return static_cast<std::size_t>(kind); }

bool IsIdByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// ISO 3166-1 alpha-2, as of 2026.
constexpr std::string_view kCountries =
    "ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi "
    "bj bl bm bn bo bq br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn "
    "co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk "
    "fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm "
    "hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn "
    "kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk "
    "ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np "
    "nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw "
    "sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf "
    "tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi "
    "vn vu wf ws ye yt za zm zw";

std::string RegionRemedy(std::string_view id, std::string hint) {
  if (id == "uk") return "its code is `gb`";
  if (id == "eu") return "declare a region with its members";
  if (!hint.empty()) return hint;
  return "declare it, or write a code of ISO 3166 in lower case, such as `de` "
         "or `us-ca`";
}

}  // namespace

std::string_view WordOf(Kind kind) { return kKinds[At(kind)].word; }
int FieldOf(Kind kind) { return kKinds[At(kind)].field; }

bool IsId(std::string_view text) {
  bool at_start = true;  // of a part
  for (const char c : text) {
    if (c == '.') {
      if (at_start) return false;
      at_start = true;
      continue;
    }
    if (!IsIdByte(c) || (at_start && (c == '_' || c == '-'))) return false;
    at_start = false;
  }
  return !at_start;
}

bool IsPlaceCode(std::string_view code) {
  if (code.size() < 2) return false;
  for (std::size_t at = 0; at < kCountries.size(); at += 3) {
    if (kCountries.substr(at, 2) != code.substr(0, 2)) continue;
    if (code.size() == 2) return true;
    return code[2] == '-' && code.size() >= 4 && code.size() <= 6 &&
           std::all_of(code.begin() + 3, code.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
           });
  }
  return false;
}

bool CountsFromCreation(const v1::Retention& retention) {
  return retention.after_size() == 0 ||
         (retention.after_size() == 1 && retention.after(0) == "created");
}

bool IsDate(std::string_view text) {
  if (text.size() != 10) return false;
  absl::CivilDay day;
  return absl::ParseCivilTime(View(text), &day) &&
         absl::FormatCivilTime(day) == View(text);
}

Checking::Checking(const Policy& policy, const Incomplete& incomplete)
    : policy_(policy), incomplete_(incomplete) {
  const auto declare = [this](Kind kind, const auto& blocks) {
    for (int i = 0; i < blocks.size(); ++i) {
      Declare(kind, blocks.Get(i).id(), i);
    }
  };
  declare(Kind::kController, policy.controller());
  declare(Kind::kSubjectKind, policy.subject_kind());
  declare(Kind::kRegion, policy.region());
  declare(Kind::kCategory, policy.category());
  declare(Kind::kPurpose, policy.purpose());
  declare(Kind::kActor, policy.actor());
  declare(Kind::kRecipient, policy.recipient());
  declare(Kind::kFact, policy.fact());
  declare(Kind::kEvent, policy.event());
  declare(Kind::kObligation, policy.obligation());
  declare(Kind::kRetention, policy.retention());
  declare(Kind::kMinors, policy.minors());
  for (int i = 0; i < policy.record_size(); ++i) {
    Declare(Kind::kRecord, policy.record(i).type(), i);
  }
}

void Checking::Declare(Kind kind, std::string_view id, int index) {
  if (id.empty() || !index_[At(kind)].emplace(id, index).second) return;
  names_[At(kind)].push_back(id);
  const bool has_groups = kind == Kind::kCategory || kind == Kind::kPurpose ||
                          kind == Kind::kActor || kind == Kind::kRecipient;
  if (!has_groups) return;
  for (std::size_t dot = id.find('.'); dot != std::string_view::npos;
       dot = id.find('.', dot + 1)) {
    groups_[At(kind)].emplace(id.substr(0, dot), index);
  }
}

void Checking::Error(FieldPath path, std::string message, std::string remedy) {
  if (findings_.size() >= kMost) return;
  findings_.push_back({Severity::kError, std::move(path), std::move(message),
                       std::move(remedy)});
}

int Checking::Find(Kind kind, std::string_view id) const {
  const auto found = index_[At(kind)].find(id);
  return found == index_[At(kind)].end() ? -1 : found->second;
}

bool Checking::IsGroup(Kind kind, std::string_view id) const {
  return groups_[At(kind)].contains(id);
}

// Returns "did you mean …?"; nothing where looking for it would take long.
std::string Checking::Hint(Kind kind, std::string_view id) const {
  constexpr std::size_t kMostHints = 100, kMostNames = 5'000;
  std::vector<std::string_view> near = Names(kind);
  if (findings_.size() >= kMostHints || near.size() > kMostNames) return "";
  for (const auto& [name, index] : groups_[At(kind)]) near.push_back(name);
  std::sort(near.begin(), near.end());
  return DidYouMean(id, near);
}

bool Checking::Refer(Kind kind, std::string_view id, const FieldPath& path,
                     Group group) {
  if (kind == Kind::kRegion && IsPlaceCode(id)) {
    if (places_.insert(id).second && places_.size() == kMostPlaces + 1) {
      Error(path,
            absl::StrCat("the policy names more than ", kMostPlaces, " places"),
            "name the countries that they lie in");
    }
    return true;
  }
  // A group needs no block of its own: what lies beneath it is declared.
  const bool is_group = IsGroup(kind, id);
  if (Find(kind, id) < 0 && !is_group) {
    if (incomplete_.contains(FieldOf(kind)) || id.empty()) return false;
    std::string hint = Hint(kind, id);
    if (kind == Kind::kRegion) hint = RegionRemedy(id, std::move(hint));
    if (hint.empty() && Names(kind).empty()) {
      hint = absl::StrCat("declare it: the policy has no ", View(WordOf(kind)));
    }
    Error(path,
          absl::StrCat(View(WordOf(kind)), " ", Quoted(id), " is not declared"),
          hint.empty() ? "declare it" : std::move(hint));
    return false;
  }
  if (group == Group::kNo && is_group) {
    std::vector<std::string> beneath;
    for (const std::string_view name : Names(kind)) {
      if (name != id && IdCovers(id, name) && !IsGroup(kind, name)) {
        beneath.emplace_back(name);
      }
    }
    Error(path,
          absl::StrCat(View(WordOf(kind)), " ", Quoted(id),
                       " is a group, with others beneath it"),
          absl::StrCat("name one of ", List(beneath, "or")));
    return false;
  }
  return true;
}

void Checking::CheckDate(std::string_view text, const FieldPath& path) {
  if (text.empty() || IsDate(text)) return;
  Error(path, absl::StrCat(Quoted(text), " is no date"),
        "write year, month and day, such as `2026-04-02`");
}

void Checking::CheckKeep(std::string_view text, const FieldPath& path,
                         bool business_days) {
  if (text.empty()) return;
  std::string_view number = text;
  if (business_days && text.size() > 2 &&
      text.substr(text.size() - 2) == "bd") {
    number.remove_suffix(1);  // "15b" is no keep, "15" and "d" is
    const std::string days =
        absl::StrCat(View(number.substr(0, number.size() - 1)), "d");
    if (base::Keep::Parse(days).ok()) return;
  } else if (base::Keep::Parse(text).ok()) {
    return;
  }
  Error(path, absl::StrCat(Quoted(text), " is no length of time"),
        absl::StrCat("write a whole number and one of s, h, d, w, mo, y",
                     business_days ? ", bd" : "",
                     ", at most 200 years, such as `30d`"));
}

void Checking::NotSupported(FieldPath path, std::string_view what,
                            std::string_view instead) {
  Error(std::move(path), absl::StrCat(View(what), " is not supported yet"),
        std::string(instead));
}

}  // namespace privet::policy
