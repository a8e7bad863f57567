// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "chat.pb.h"
#include "chat_policy.h"  // made from the policy: a typo does not compile
#include "privet/local.h"

int main() {
  auto local = privet::OpenLocal("privacy");  // made by `privet init privacy`
  if (!local.ok()) return std::cerr << local.status().message() << "\n", 1;
  namespace actor = chat::actor;
  auto gateway = local->engine.ActAs(actor::kGateway, chat::region::kDe);
  auto support = local->engine.ActAs(actor::kSupportDesk, chat::region::kDe);
  chat::v1::Question question;
  question.set_account("ada");
  question.set_model("sky-7b");
  question.set_prompt("why is the sky blue?");
  auto sealed = gateway->Seal(question, privet::Subject("ada"));  // to store
  if (!sealed.ok()) return std::cerr << sealed.status().message() << "\n", 1;
  auto put = local->records->Put(*sealed);
  if (!put.ok()) return std::cerr << put.message() << "\n", 1;
  auto seen = support->Open<chat::v1::Question>(  // to read, for a purpose
      *sealed, privet::AnySubject(), chat::purpose::kServiceSupport);
  if (!seen.ok()) return std::cerr << seen.status().message() << "\n", 1;
  std::cout << "model '" << seen->model() << "', prompt '" << seen->prompt()
            << "'\n";
}
