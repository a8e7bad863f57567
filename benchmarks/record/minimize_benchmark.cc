// SPDX-License-Identifier: Apache-2.0
//
// Minimizing a record, bytes to bytes, against what a careful team writes by
// hand: parse into a reused message, clear the fields, serialize.

#include <cstdio>
#include <string>
#include <vector>

#include "order.pb.h"
#include "record/fake_rules.h"
#include "record/pass.h"
#include "record/plan.h"
#include "support/bar.h"

namespace privet::benchmarks {
namespace {

constexpr int kRounds = 15;
constexpr int kCalls = 100'000;

struct Path {
  const char* path;
  const char* category;  // empty: public
};

// What the purpose does not see has the category `hidden`.
constexpr Path kPaths[] = {
    {"order_id", "order"},
    {"time", "time"},
    {"customer_id", "hidden"},
    {"contact.email", "hidden"},
    {"contact.phone", "hidden"},
    {"contact.address.street", "hidden"},
    {"contact.address.city", "place"},
    {"contact.address.postcode", "hidden"},
    {"contact.address.country", "place"},
    {"items.sku", "order"},
    {"items.quantity", "order"},
    {"items.price_minor", "order"},
    {"items.engraving", "hidden"},
    {"payment.channel_id", "hidden"},
    {"payment.amount_minor", "payment"},
    {"payment.currency", ""},
    {"client_ip", "hidden"},
    {"user_agent", "device"},
    {"note", "hidden"},
};

Order MakeOrder() {
  Order order;
  order.set_order_id("ord-2026-04-02-000017349");
  order.mutable_time()->set_seconds(1'775'131'200);
  order.mutable_time()->set_nanos(123'000'000);
  order.set_customer_id("cus-8f3a91d04c77");
  Contact* contact = order.mutable_contact();
  contact->set_email("ada.lovelace@analytical.example");
  contact->set_phone("+44 20 7946 0958");
  contact->mutable_address()->set_street("12 St James's Square, second floor");
  contact->mutable_address()->set_city("London");
  contact->mutable_address()->set_postcode("SW1Y 4JH");
  contact->mutable_address()->set_country("gb");
  for (int i = 0; i < 3; ++i) {
    Item* item = order.add_items();
    item->set_sku("sku-10" + std::to_string(i) + "-brass-gear");
    item->set_quantity(i + 1);
    item->set_price_minor(129'900 + i);
    item->set_engraving("for Charles, with affection");
  }
  order.mutable_payment()->set_channel_id("card-4929-xxxx-7721");
  order.mutable_payment()->set_amount_minor(389'703);
  order.mutable_payment()->set_currency("GBP");
  order.set_client_ip("203.0.113.42");
  order.set_user_agent(
      "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
  order.set_note("please ring twice, and leave it with the porter if need be");
  return order;
}

// The same by hand.
void ClearHidden(Order* order) {
  order->clear_customer_id();
  if (order->has_contact()) {
    Contact* contact = order->mutable_contact();
    contact->clear_email();
    contact->clear_phone();
    if (contact->has_address()) {
      contact->mutable_address()->clear_street();
      contact->mutable_address()->clear_postcode();
    }
  }
  for (Item& item : *order->mutable_items()) item.clear_engraving();
  if (order->has_payment()) order->mutable_payment()->clear_channel_id();
  order->clear_client_ip();
  order->clear_note();
}

int Run() {
  testing::FakeRules rules;
  for (const char* name :
       {"order", "time", "hidden", "place", "payment", "device"}) {
    rules.Add(name, name);
  }
  rules.record.set_type("privet.benchmarks.Order");
  for (const Path& path : kPaths) {
    v1::Field* field = rules.record.add_field();
    field->set_path(path.path);
    field->set_public_(*path.category == '\0');
    if (*path.category != '\0') field->add_categories(path.category);
  }
  const auto plan = record::Plan::Bind(rules, Order::descriptor(), Scanners{});
  if (!plan.ok()) {
    std::fprintf(stderr, "%s\n", plan.status().ToString().c_str());
    return 1;
  }
  record::CallView call;
  const policy::Category hidden = *rules.FindCategory("hidden");
  for (std::size_t i = 0; i < (*plan)->cells().size(); ++i) {
    if ((*plan)->cells()[i].categories != std::vector{hidden}) {
      call.permitted.Add(static_cast<record::CellIndex>(i));
    }
  }

  const std::string input = MakeOrder().SerializeAsString();
  record::Pass pass;
  std::string ours, theirs;
  Order reused;
  const auto minimize = [&] {
    for (int i = 0; i < kCalls; ++i) {
      if (!pass.Minimize(**plan, call, input).ok()) std::abort();
      ours.assign(pass.output());
      DoNotOptimize(ours);
    }
  };
  const auto by_hand = [&] {
    for (int i = 0; i < kCalls; ++i) {
      if (!reused.ParseFromString(input)) std::abort();
      ClearHidden(&reused);
      if (!reused.SerializeToString(&theirs)) std::abort();
      DoNotOptimize(theirs);
    }
  };
  const double a = Seconds(minimize);
  const double b = Seconds(by_hand);
  if (ours != theirs) {
    std::fprintf(stderr, "the two differ\n");
    return 1;
  }
  std::fprintf(stderr, "%zu bytes to %zu: %.0f ns, by hand %.0f ns\n",
               input.size(), ours.size(), a / kCalls * 1e9, b / kCalls * 1e9);
  Report("minimize_vs_handwritten", MedianRatio(kRounds, minimize, by_hand));
  return 0;
}

}  // namespace
}  // namespace privet::benchmarks

int main() { return privet::benchmarks::Run(); }
