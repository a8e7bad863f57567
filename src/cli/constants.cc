// SPDX-License-Identifier: Apache-2.0

#include "cli/constants.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "policy/checking.h"
#include "policy/text.h"
#include "privet/v1/policy.pb.h"

namespace privet::cli {
namespace {

using base::View;
using policy::Checking;
using policy::Kind;

// Words that no namespace may have; of ids, only these can come up.
constexpr std::string_view kKeywords[] = {
    "asm",       "auto",   "bool",     "break",    "case",     "catch",
    "char",      "class",  "concept",  "const",    "continue", "default",
    "delete",    "do",     "double",   "else",     "enum",     "explicit",
    "export",    "extern", "false",    "float",    "for",      "friend",
    "goto",      "if",     "inline",   "int",      "long",     "mutable",
    "namespace", "new",    "noexcept", "nullptr",  "operator", "private",
    "protected", "public", "register", "requires", "return",   "short",
    "signed",    "sizeof", "static",   "struct",   "switch",   "template",
    "this",      "throw",  "true",     "try",      "typedef",  "typeid",
    "typename",  "union",  "unsigned", "using",    "virtual",  "void",
    "volatile",  "while",  "xor",      "and",      "or",       "not"};

char Upper(char c) {
  return absl::ascii_toupper(static_cast<unsigned char>(c));
}

bool IsIdentifier(std::string_view text) {
  if (text.empty() ||
      absl::ascii_isdigit(static_cast<unsigned char>(text[0]))) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  });
}

bool IsNamespace(std::string_view text) {
  for (const std::string& part :
       std::vector<std::string>(absl::StrSplit(View(text), "::"))) {
    if (!IsIdentifier(part)) return false;
  }
  return !text.empty();
}

// One line of a comment: whatever the author wrote.
std::string CommentOf(std::string_view title) {
  std::string text;
  for (const char c : title) {
    text.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  }
  // A backslash at its end would swallow the next line.
  while (!text.empty() && (text.back() == '\\' || text.back() == ' ')) {
    text.pop_back();
  }
  return text.empty() ? "" : absl::StrCat("// ", text, "\n");
}

// Constants of one kind, in order of declaration.
class Section {
 public:
  Section(std::string_view name, std::string_view type)
      : name_(name), type_(type) {}

  absl::Status Add(std::string_view id, std::string_view title) {
    const std::string constant = ConstantName(id);
    const auto [entry, is_new] = seen_.emplace(constant, id);
    if (!is_new) {
      if (entry->second == id) return absl::OkStatus();
      return absl::InvalidArgumentError(
          absl::StrCat(View(name_), " `", entry->second, "` and `", View(id),
                       "` both make `", constant, "`; rename one of them"));
    }
    absl::StrAppend(&body_, CommentOf(title),
                    "inline constexpr ::privet::", View(type_), " ", constant,
                    "(\"", View(id), "\");\n");
    return absl::OkStatus();
  }

  std::string ToText() const {
    if (body_.empty()) return "";
    return absl::StrCat("\nnamespace ", View(name_), " {\n", body_,
                        "}  // namespace ", View(name_), "\n");
  }

 private:
  std::string_view name_, type_;
  std::string body_;
  std::map<std::string, std::string> seen_;
};

// Only leaves may be claimed, tagged and shared with.
template <typename Blocks>
absl::Status AddLeaves(const Checking& names, Kind kind, const Blocks& blocks,
                       Section* section) {
  for (const auto& block : blocks) {
    if (names.IsGroup(kind, block.id())) continue;
    PRIVET_RETURN_IF_ERROR(section->Add(block.id(), block.title()));
  }
  return absl::OkStatus();
}

// Single places: those that have no members, and every code that is named.
absl::Status AddRegions(const v1::Policy& policy, Section* section) {
  std::set<std::string> sets;
  for (const v1::Region& region : policy.region()) {
    if (region.members_size() > 0) sets.insert(region.id());
  }
  for (const v1::Region& region : policy.region()) {
    if (sets.count(region.id()) == 0) {
      PRIVET_RETURN_IF_ERROR(section->Add(region.id(), region.title()));
    }
  }
  std::set<std::string> codes;
  const auto add = [&](const auto& regions) {
    for (const std::string& region : regions) {
      if (policy::IsPlaceCode(region)) codes.insert(region);
    }
  };
  for (const v1::Region& region : policy.region()) add(region.members());
  for (const v1::Residency& residency : policy.residency()) {
    add(residency.regions());
  }
  for (const v1::Actor& actor : policy.actor()) add(actor.regions());
  for (const v1::Recipient& recipient : policy.recipient()) {
    add(recipient.regions());
  }
  for (const std::string& code : codes) {
    PRIVET_RETURN_IF_ERROR(section->Add(code, ""));
  }
  return absl::OkStatus();
}

}  // namespace

std::string ConstantName(std::string_view id) {
  std::string name = "k";
  bool at_start = true;
  for (const char c : id) {
    if (c == '.' || c == '_' || c == '-') {
      at_start = true;
      continue;
    }
    name.push_back(at_start ? Upper(c) : c);
    at_start = false;
  }
  return name;
}

std::string NamespaceFor(std::string_view policy_id) {
  std::string text;
  for (const std::string& part :
       std::vector<std::string>(absl::StrSplit(View(policy_id), '.'))) {
    std::string name = part;
    std::replace(name.begin(), name.end(), '-', '_');
    const bool is_keyword =
        std::find(std::begin(kKeywords), std::end(kKeywords), name) !=
        std::end(kKeywords);
    if (is_keyword) name.push_back('_');
    if (!IsIdentifier(name)) name.insert(0, "p");
    absl::StrAppend(&text, text.empty() ? "" : "::", name);
  }
  return text;
}

absl::StatusOr<std::string> ConstantsHeader(const v1::Policy& policy,
                                            std::string_view name_space,
                                            std::string_view guard_name) {
  if (!IsNamespace(name_space)) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", View(name_space),
                     "` is no C++ namespace; write one such as `acme::shop`"));
  }
  const policy::Incomplete none;
  const Checking names(policy, none);
  Section actor("actor", "ActorId"), purpose("purpose", "PurposeId"),
      recipient("recipient", "RecipientId"), region("region", "RegionId"),
      category("category", "CategoryId"), event("event", "EventId");
  PRIVET_RETURN_IF_ERROR(
      AddLeaves(names, Kind::kActor, policy.actor(), &actor));
  PRIVET_RETURN_IF_ERROR(
      AddLeaves(names, Kind::kPurpose, policy.purpose(), &purpose));
  PRIVET_RETURN_IF_ERROR(
      AddLeaves(names, Kind::kRecipient, policy.recipient(), &recipient));
  PRIVET_RETURN_IF_ERROR(AddRegions(policy, &region));
  PRIVET_RETURN_IF_ERROR(
      AddLeaves(names, Kind::kCategory, policy.category(), &category));
  PRIVET_RETURN_IF_ERROR(
      AddLeaves(names, Kind::kEvent, policy.event(), &event));

  std::string guard = "PRIVET_GENERATED_";
  for (const char c : guard_name) {
    const bool is_word = absl::ascii_isalnum(static_cast<unsigned char>(c));
    guard.push_back(is_word ? Upper(c) : '_');
  }
  guard.push_back('_');
  return absl::StrCat(
      "// Made by `privet generate` from the policy `", policy.id(),
      "`, version ", policy.version(), ". Do not edit.\n\n#ifndef ", guard,
      "\n#define ", guard, "\n\n#include \"privet/id.h\"\n\nnamespace ",
      View(name_space), " {\n", actor.ToText(), purpose.ToText(),
      recipient.ToText(), region.ToText(), category.ToText(), event.ToText(),
      "\n}  // namespace ", View(name_space), "\n\n#endif  // ", guard, "\n");
}

}  // namespace privet::cli
