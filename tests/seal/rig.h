// SPDX-License-Identifier: Apache-2.0
//
// A vault, a keyring and a record type of four compartments, for the tests of
// sealing and opening.

#ifndef PRIVET_TESTS_SEAL_RIG_H_
#define PRIVET_TESTS_SEAL_RIG_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "keys/change_counter.h"
#include "keys/keyring.h"
#include "keys/ledger.h"
#include "policy/retention_class.h"
#include "privet/store.h"
#include "seal/class_table.h"
#include "seal/class_terms.h"
#include "seal/opener.h"
#include "seal/sealer.h"

namespace privet::testing {

inline constexpr std::string_view kPolicy = "infermesh";
inline constexpr std::string_view kType = "infermesh.v1.ApiRequest";

// Compartments of the record type, by index.
inline constexpr std::size_t kPublic = 0;   // never due
inline constexpr std::size_t kContent = 1;  // 30d from creation
inline constexpr std::size_t kAccount = 2;  // 90d after account_closed
inline constexpr std::size_t kInvoice = 3;  // tax, 10y; else 30d
inline constexpr std::size_t kCount = 4;
inline constexpr std::uint64_t kAll = 0b1111;

// When records are sealed, unless a test says otherwise.
inline constexpr absl::Time kNow = absl::FromUnixMillis(1'700'000'123'456);

policy::Period PeriodOf(std::string id, std::vector<std::string> after,
                        std::string_view keep, std::string obligation = "");
policy::RetentionClass ClassOf(std::vector<policy::Period> periods);

// Nothing has happened to anybody.
inline absl::Time NoEvent(std::string_view) { return absl::InfiniteFuture(); }

// A clock that stands still.
class StillClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = kNow;
};

struct Opened {
  std::uint64_t live = 0, restricted = 0;
  std::vector<std::string> parts;
};

class Rig {
 public:
  Rig();
  ~Rig();

  // The four compartments, with plaintexts of their own.
  std::vector<seal::Compartment> Compartments() const;
  // A new record of `compartments` about `owner`.
  seal::SealInput Input(const std::vector<seal::Compartment>& compartments);

  // Seals, from Begin() on.
  absl::StatusOr<seal::Sealed> Seal(const seal::SealInput& input,
                                    seal::EventTimes events = NoEvent);
  seal::Sealed SealOrDie(const seal::SealInput& input);
  // Seals the usual record.
  seal::Sealed SealUsualOrDie();

  // Opens the compartments in `wanted` that are live, from Parse() on.
  absl::StatusOr<Opened> Open(std::string_view bytes, const RecordId& id,
                              std::uint64_t wanted,
                              seal::EventTimes events = NoEvent);

  keys::KeyCall BeginOrDie();

  // A vault without a row.
  static std::shared_ptr<Store> EmptyVault();

  StillClock clock;
  std::string folder;  // of the ledger
  std::shared_ptr<Store> vault;
  std::shared_ptr<keys::Ledger> ledger;
  std::shared_ptr<keys::ChangeCounter> counter;
  std::shared_ptr<keys::Keyring> keyring;
  std::unique_ptr<seal::ClassTable> classes;
  seal::TypeName type;
  OwnerId owner;  // of "ada"
  std::array<std::string, kCount> plaintexts;
  std::array<const seal::ClassTerms*, kCount> terms;
  seal::Plaintexts scratch;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_SEAL_RIG_H_
