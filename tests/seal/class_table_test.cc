// SPDX-License-Identifier: Apache-2.0

#include "seal/class_table.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "keys/catalogue.h"
#include "policy/retention_class.h"
#include "seal/rig.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::seal {
namespace {

using namespace privet::testing;  // NOLINT: the rig

base::Keep AsSealed(const policy::Period& period) { return period.keep; }

TEST_CASE("A class and its slot are rows of the vault before it is used",
          "[seal][class_table]") {
  Rig rig;
  const auto entry = rig.classes->Remember(
      ClassOf({PeriodOf("tickets", {"ticket_closed"}, "2y")}));
  REQUIRE_OK(entry);
  const ClassTerms& terms = (*entry)->terms;
  const auto row = keys::FindClass(*rig.vault, terms.id());
  REQUIRE_OK(row);
  REQUIRE(row->has_value());
  const auto slot = keys::FindSlot(*rig.vault, terms.slot());
  REQUIRE_OK(slot);
  REQUIRE(slot->has_value());
  CHECK(**slot == terms.slot_kind());

  ClassTable other(rig.vault, AsSealed);
  const auto found = other.Find(terms.id());
  REQUIRE_OK(found);
  CHECK((*found)->terms.slot() == terms.slot());
  CHECK((*found)->retention_class.periods.size() == 1);
}

TEST_CASE("What the vault does not know is damage",
          "[seal][class_table][error]") {
  Rig rig;
  REQUIRE_ERROR(rig.classes->Find(12345), absl::StatusCode::kDataLoss,
                "does not know");
}

TEST_CASE("A row under the number of another class is damage",
          "[seal][class_table][error]") {
  Rig rig;
  policy::RetentionClass moved = ClassOf({PeriodOf("a", {}, "30d")});
  const std::string row = moved.Serialize();
  REQUIRE_OK(keys::RememberClass(*rig.vault, moved.id + 1, row));
  REQUIRE_ERROR(rig.classes->Find(moved.id + 1), absl::StatusCode::kDataLoss,
                "that of another");
}

TEST_CASE("A row that another class has already is no row of this one",
          "[seal][class_table][error]") {
  Rig rig;
  const policy::RetentionClass mine = ClassOf({PeriodOf("a", {}, "3y")});
  const std::string other = ClassOf({PeriodOf("b", {}, "3y")}).Serialize();
  REQUIRE_OK(keys::RememberClass(*rig.vault, mine.id, other));
  REQUIRE_ERROR(rig.classes->Remember(mine),
                absl::StatusCode::kFailedPrecondition, "another id");
}

TEST_CASE("Threads that look a class up at once find the same",
          "[seal][class_table]") {
  Rig rig;
  std::vector<std::uint32_t> numbers;
  ClassTable writer(rig.vault, AsSealed);
  for (int i = 1; i <= 50; ++i) {
    const auto entry = writer.Remember(
        ClassOf({PeriodOf("a" + std::to_string(i), {}, "30d")}));
    REQUIRE_OK(entry);
    numbers.push_back((*entry)->terms.id());
  }
  ClassTable shared(rig.vault, AsSealed);
  std::vector<std::vector<const ClassTable::Entry*>> found(4);
  std::vector<std::thread> threads;
  for (auto& of_thread : found) {
    threads.emplace_back([&shared, &numbers, &of_thread] {
      for (const std::uint32_t number : numbers) {
        of_thread.push_back(shared.Find(number).value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(found[0] == found[1]);
  CHECK(found[0] == found[2]);
  CHECK(found[0] == found[3]);
}

}  // namespace
}  // namespace privet::seal
