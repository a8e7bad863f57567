// SPDX-License-Identifier: Apache-2.0

#include "engine/actors.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/denied.h"
#include "base/status_macros.h"
#include "policy/checking.h"
#include "policy/text.h"
#include "privet/denial.h"
#include "privet/id.h"
#include "privet/v1/policy.pb.h"

namespace privet::engine {
namespace {

// Sets of places nest no deeper; a cycle ends here too.
constexpr int kDeepest = 16;

bool IsOrIsPartOf(std::string_view code, std::string_view whole) {
  return code.substr(0, whole.size()) == whole &&
         (code.size() == whole.size() || code[whole.size()] == '-');
}

const v1::Region* FindRegion(const v1::Policy& policy, std::string_view id) {
  const auto found = std::find_if(
      policy.region().begin(), policy.region().end(),
      [id](const v1::Region& region) { return region.id() == id; });
  return found == policy.region().end() ? nullptr : &*found;
}

bool LiesInAt(const v1::Policy& policy, std::string_view code,
              std::string_view region, int depth) {
  if (IsOrIsPartOf(code, region)) return true;
  const v1::Region* set = FindRegion(policy, region);
  if (set == nullptr || depth == kDeepest) return false;
  return std::any_of(set->members().begin(), set->members().end(),
                     [&](const std::string& member) {
                       return LiesInAt(policy, code, member, depth + 1);
                     });
}

absl::Status CheckPlace(const v1::Policy& policy, std::string_view code) {
  const v1::Region* declared = FindRegion(policy, code);
  if (declared != nullptr && !declared->members().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("region `", declared->id(),
                     "` is a set of places; an actor is at one, such as `",
                     declared->members(0), "`"));
  }
  // Codes of countries and their parts need no block.
  if (policy::IsPlaceCode(code)) return absl::OkStatus();
  const bool known = std::any_of(policy.region().begin(), policy.region().end(),
                                 [&](const v1::Region& region) {
                                   return LiesIn(policy, code, region.id());
                                 });
  if (known && !code.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("region `", absl::string_view(code.data(), code.size()),
                   "` is not declared in policy `", policy.id(), "`"));
}

}  // namespace

bool LiesIn(const v1::Policy& policy, std::string_view code,
            std::string_view region) {
  return LiesInAt(policy, code, region, 0);
}

absl::Status CheckActor(const v1::Policy& policy, ActorId actor,
                        RegionId region, Denial denial) {
  const std::string name(actor.text());
  const auto& actors = policy.actor();
  const auto declared =
      std::find_if(actors.begin(), actors.end(),
                   [&name](const v1::Actor& a) { return a.id() == name; });
  if (declared == actors.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "actor `", name, "` is not declared in policy `", policy.id(), "`"));
  }
  const std::string beneath = name + ".";
  if (std::any_of(actors.begin(), actors.end(), [&](const v1::Actor& a) {
        return a.id().compare(0, beneath.size(), beneath) == 0;
      })) {
    return absl::InvalidArgumentError(
        absl::StrCat("actor `", name, "` is a group; act as one beneath it"));
  }
  PRIVET_RETURN_IF_ERROR(CheckPlace(policy, region.text()));
  if (declared->regions().empty()) return absl::OkStatus();
  const auto& regions = declared->regions();
  if (std::any_of(regions.begin(), regions.end(), [&](const std::string& in) {
        return LiesIn(policy, region.text(), in);
      })) {
    return absl::OkStatus();
  }
  denial.actor = name;
  denial.region = std::string(region.text());
  denial.gate = "actor";
  denial.missing =
      absl::StrCat("a region that lies in ",
                   policy::List({regions.begin(), regions.end()}, "or"));
  return base::Denied(
      absl::StatusCode::kPermissionDenied,
      absl::StrCat("actor `", name, "` does not work in region `",
                   denial.region, "`; what it takes: ", denial.missing),
      denial);
}

}  // namespace privet::engine
