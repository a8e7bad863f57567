// SPDX-License-Identifier: Apache-2.0
//
// Whoever can write the host's tables can make a record unreadable, and nothing
// else: no call goes on from a header that nothing has proved.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/sealed_header.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/actor.h"
#include "privet/engine.h"
#include "privet/sealed_record.h"
#include "privet/subjects.h"
#include "promises/everyone.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;
using testing::ActorOf;
using testing::Desk;
using testing::kAda;
using testing::StoreOrDie;
using Code = absl::StatusCode;

// The record with one bit of the byte at `at` turned, as the host finds it.
absl::StatusOr<SealedRecord> Flipped(const SealedRecord& record,
                                     std::size_t at) {
  std::string bytes(record.bytes());
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
  return SealedRecord::Parse(record.id(), bytes);
}

// A call that gives somebody something of a record.
struct Read {
  std::string name, actor, purpose, recipient;  // no recipient: he opens it

  absl::StatusOr<std::string> Of(const Engine& engine,
                                 const SealedRecord& record) const {
    const Actor who = ActorOf(engine, actor);
    const PurposeId id = testing::PurposeOf(purpose);
    if (recipient.empty()) return who.OpenBytes(record, AnySubject(), id);
    const auto shared =
        who.Share(record, AnySubject(), testing::RecipientOf(recipient), id,
                  testing::AuthorityRequest());
    if (!shared.ok()) return shared.status();
    return std::string(shared->bytes());
  }
};

// Every claim of the reference policy, and each of its recipients.
std::vector<Read> EveryRead() {
  std::vector<Read> reads;
  for (const auto& [actor, purpose] : testing::EveryClaim()) {
    reads.push_back(
        {absl::StrCat(actor, " for ", purpose), actor, purpose, ""});
  }
  for (const char* recipient : {"hosting", "model_host"}) {
    reads.push_back({recipient, "gateway", "service.delivery", recipient});
  }
  reads.push_back({"lab", "product", "analytics", "analytics_co"});
  reads.push_back({"desk", "support_desk", "service.support", "helpdesk"});
  reads.push_back({"payment", "payments", "billing.payment", "payment"});
  reads.push_back({"authority", "legal", "compliance", "authority"});
  reads.push_back({"successor", "legal", "transfer_of_business", "successor"});
  return reads;
}

// One record of each type, and one of little: most may see nothing of it.
std::vector<SealedRecord> EveryRecord(Desk& desk) {
  ApiRequest little;
  little.set_account_id(kAda);
  little.set_prompt("why is the sky blue?");
  return {
      desk.request,
      desk.account,
      desk.payment,
      StoreOrDie(desk.rig, desk.gateway(), testing::SessionOf(kAda)),
      StoreOrDie(desk.rig, desk.As("support_desk"), testing::TicketOf(kAda)),
      StoreOrDie(desk.rig, desk.gateway(), little)};
}

void AgreeToAll(const Desk& desk) {
  const Subjects subjects = desk.engine.subjects();
  for (const char* purpose : {"analytics", "experience"}) {
    REQUIRE_OK(subjects.GiveConsent(desk.ada, testing::PurposeOf(purpose)));
  }
  REQUIRE_OK(
      subjects.RecordNotice(desk.ada, "successor:successor", "in_product"));
}

TEST_CASE("No bit of a header turns unseen, whoever reads the record",
          "[engine][tamper][error]") {
  Desk desk;
  AgreeToAll(desk);
  const std::vector<SealedRecord> records = EveryRecord(desk);
  const auto state = testing::RowsOf(*desk.rig.state);
  std::size_t opened = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto header = base::SealedHeader::Parse(records[i].bytes());
    REQUIRE_OK(header);
    for (std::size_t at = 0; at < header->header().size(); ++at) {
      const auto altered = Flipped(records[i], at);
      if (!altered.ok()) continue;  // the host learns it here
      for (const Read& read : EveryRead()) {
        if (!read.Of(desk.engine, *altered).ok()) continue;
        ++opened;
        UNSCOPED_INFO("record " << i << ", byte " << at << ": " << read.name);
      }
    }
  }
  CHECK(opened == 0);
  // Nor was a share accounted for that was none.
  CHECK(testing::RowsOf(*desk.rig.state) == state);
}

TEST_CASE("A byte of a body turns unseen by those who may not open it alone",
          "[engine][tamper][error]") {
  Desk desk;
  AgreeToAll(desk);
  for (const SealedRecord& record : EveryRecord(desk)) {
    const auto header = base::SealedHeader::Parse(record.bytes());
    REQUIRE_OK(header);
    for (const Read& read : EveryRead()) {
      INFO(read.name << " of a " << std::string(header->type()));
      const auto good = read.Of(desk.engine, record);
      std::size_t refused = 0;
      for (std::size_t i = 0; i < header->size(); ++i) {
        const auto at = static_cast<std::size_t>(header->body(i).data() -
                                                 record.bytes().data());
        const auto altered = Flipped(record, at);
        REQUIRE_OK(altered);
        const auto seen = read.Of(desk.engine, *altered);
        refused += seen.ok() ? 0 : 1;
        if (seen.ok()) CHECK((good.ok() && *good == *seen));
      }
      // What was read of a record was read from a body of it.
      CHECK(refused > 0);
    }
  }
}

TEST_CASE("A record of which nothing is left is not amended into a new one",
          "[engine][amend][error]") {
  Desk desk;
  const auto header = base::SealedHeader::Parse(desk.payment.bytes());
  REQUIRE_OK(header);
  const auto empty = SealedRecord::Parse(
      desk.payment.id(),
      base::DropCompartments(*header, ~std::uint64_t{0}, false));
  REQUIRE_OK(empty);
  infermesh::v1::Payment changes = testing::PaymentOf(kAda);
  REQUIRE_ERROR(desk.As("payments").Amend(*empty, changes, desk.ada),
                Code::kNotFound, "nothing of the record is left");
}

}  // namespace
}  // namespace privet
