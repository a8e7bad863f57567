// SPDX-License-Identifier: Apache-2.0

#include "policy/retention_class.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "crypto/hash.h"

namespace privet::policy {
namespace {

constexpr char kLabel[] = "privet/1/class";
constexpr std::uint8_t kFormat = 1;

std::string Hashed(const std::vector<Period>& periods) {
  std::string text = base::Info(std::string_view(kLabel));
  for (const Period& period : periods) {
    base::AppendPart(&text, std::string_view(period.id));
    base::AppendPart(&text, std::string_view(absl::StrJoin(period.after, ",")));
    base::AppendPart(&text, std::string_view(period.keep.ToString()));
    base::AppendPart(&text, std::string_view(period.obligation));
  }
  return text;
}

absl::Status Malformed() {
  return absl::DataLossError("the row of a retention class is malformed");
}

absl::StatusOr<Period> ParsePeriod(base::ByteReader* reader) {
  Period period;
  period.id = std::string(reader->Part());
  const auto events = reader->Int<std::uint16_t>();
  for (std::uint16_t i = 0; i < events && reader->ok(); ++i) {
    period.after.emplace_back(reader->Part());
  }
  const auto keep = base::Keep::Parse(reader->Part());
  period.obligation = std::string(reader->Part());
  const auto anonymize = reader->Int<std::uint8_t>();
  if (!reader->ok() || !keep.ok() || anonymize > 1) return Malformed();
  period.keep = *keep;
  period.anonymize = anonymize == 1;
  return period;
}

}  // namespace

std::string_view RetentionClass::Obligation() const {
  for (const Period& period : periods) {
    if (!period.obligation.empty()) return period.obligation;
  }
  return {};
}

bool RetentionClass::Ends(const Period& period) const {
  return !period.obligation.empty() || Obligation().empty();
}

std::string RetentionClass::Serialize() const {
  std::string row;
  base::AppendInt(&row, kFormat);
  base::AppendInt(&row, static_cast<std::uint16_t>(periods.size()));
  for (const Period& period : periods) {
    base::AppendPart(&row, std::string_view(period.id));
    base::AppendInt(&row, static_cast<std::uint16_t>(period.after.size()));
    for (const std::string& event : period.after) {
      base::AppendPart(&row, std::string_view(event));
    }
    base::AppendPart(&row, std::string_view(period.keep.ToString()));
    base::AppendPart(&row, std::string_view(period.obligation));
    base::AppendInt(&row, static_cast<std::uint8_t>(period.anonymize));
  }
  return row;
}

absl::StatusOr<RetentionClass> RetentionClass::Parse(std::string_view row) {
  base::ByteReader reader(row);
  if (reader.Int<std::uint8_t>() != kFormat) return Malformed();
  const auto count = reader.Int<std::uint16_t>();
  std::vector<Period> periods;
  for (std::uint16_t i = 0; i < count; ++i) {
    PRIVET_ASSIGN_OR_RETURN(Period period, ParsePeriod(&reader));
    periods.push_back(std::move(period));
  }
  if (!reader.ok() || !reader.AtEnd()) return Malformed();
  auto made = MakeRetentionClass(std::move(periods));
  if (!made.ok() || made->Serialize() != row) return Malformed();
  return made;
}

absl::StatusOr<RetentionClass> MakeRetentionClass(std::vector<Period> periods) {
  std::sort(periods.begin(), periods.end(),
            [](const Period& a, const Period& b) {
              return std::tie(a.id, a.after) < std::tie(b.id, b.after);
            });
  const Period* duty = nullptr;
  for (const Period& period : periods) {
    if (period.obligation.empty()) continue;
    if (duty == nullptr) duty = &period;
    if (period.obligation != duty->obligation) {
      return absl::InvalidArgumentError(absl::StrCat(
          "retentions `", duty->id, "` and `", period.id,
          "` keep the same field for two obligations; leave it to one"));
    }
  }
  if (periods.empty()) {
    return absl::InvalidArgumentError("no retention covers the field");
  }
  RetentionClass made;
  made.id = crypto::Id4(Hashed(periods));
  made.periods = std::move(periods);
  if (made.id == 0) {
    return absl::InvalidArgumentError(
        "a set of retentions has the class number of public fields; rename one "
        "of them");
  }
  return made;
}

bool SameClass(const RetentionClass& a, const RetentionClass& b) {
  return Hashed(a.periods) == Hashed(b.periods);
}

}  // namespace privet::policy
