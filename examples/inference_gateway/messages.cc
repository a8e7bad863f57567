// SPDX-License-Identifier: Apache-2.0

#include "messages.h"

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace gateway {
namespace {

constexpr std::size_t kBytesOfToken = 4;  // about, of English
constexpr std::size_t kWords = std::size_t{1} << 18;

}  // namespace

MessageMaker::MessageMaker(World* world, std::uint64_t seed)
    : world_(world), random_(seed) {
  constexpr const char* kVocabulary[] = {"why ",  "is ",    "the ",   "sky ",
                                         "blue ", "and ",   "what ",  "does ",
                                         "a ",    "cloud ", "weigh ", "today "};
  while (words_.size() < kWords) {
    words_ += kVocabulary[random_() % std::size(kVocabulary)];
  }
}

std::string MessageMaker::Mark(Text text, std::uint32_t account) {
  texts_.Add(text);
  const auto record = static_cast<std::uint32_t>(world_->records.size());
  return world_->canaries.Make({text, account, record});
}

std::string MessageMaker::Prose(Text text, std::uint32_t account, int tokens) {
  const std::size_t size =
      std::min(kWords / 2,
               kBytesOfToken * static_cast<std::size_t>(std::max(1, tokens)));
  std::string prose = words_.substr(random_() % (kWords / 2), size);
  prose.insert(random_() % prose.size(), Mark(text, account));
  return prose;
}

infermesh::v1::ApiRequest MessageMaker::MakeApiRequest(std::uint32_t account,
                                                       const Request& request,
                                                       absl::Time now) {
  infermesh::v1::ApiRequest message;
  message.set_account_id(world_->accounts[account].id);
  message.mutable_time()->set_seconds(absl::ToUnixSeconds(now));
  // Customers tune models of their own, and name them.
  message.set_model("sky-7b:" + Mark(Text::kModel, account));
  message.set_prompt_tokens(request.context_tokens);
  message.set_output_tokens(request.generated_tokens);
  message.set_latency_us(20000 + 30000LL * request.generated_tokens);
  message.set_error(random_() % 50 == 0 ? 429 : 0);
  message.set_client_ip(world_->canaries.MakeAddress(
      {Text::kClientIp, account,
       static_cast<std::uint32_t>(world_->records.size())}));
  texts_.Add(Text::kClientIp);
  message.set_prompt(Prose(Text::kPrompt, account, request.context_tokens));
  message.set_output(Prose(Text::kOutput, account, request.generated_tokens));
  return message;
}

infermesh::v1::WebSession MessageMaker::MakeWebSession(std::uint32_t account) {
  infermesh::v1::WebSession message;
  message.set_account_id(world_->accounts[account].id);
  message.set_session_id(Mark(Text::kSessionId, account));
  message.set_client_ip(world_->canaries.MakeAddress(
      {Text::kClientIp, account,
       static_cast<std::uint32_t>(world_->records.size())}));
  texts_.Add(Text::kClientIp);
  message.set_access("GET /console/" + Mark(Text::kAccess, account));
  message.set_ui_variant("dark-" + Mark(Text::kUiVariant, account));
  return message;
}

infermesh::v1::Account MessageMaker::MakeAccount(std::uint32_t account) {
  infermesh::v1::Account message = MakeNewEmail(account);
  message.set_account_id(world_->accounts[account].id);
  message.set_username("user-" + Mark(Text::kUsername, account));
  message.set_password_hash("$argon2id$" + Mark(Text::kPasswordHash, account));
  for (std::size_t i = 1 + random_() % 3; i > 0; --i) {
    message.add_api_key_hashes("sha256:" + Mark(Text::kApiKeyHash, account));
  }
  return message;
}

infermesh::v1::Payment MessageMaker::MakePayment(std::uint32_t account) {
  infermesh::v1::Payment message;
  message.set_account_id(world_->accounts[account].id);
  message.set_amount_minor(500 + static_cast<int>(random_() % 20000));
  message.set_currency("EUR " + Mark(Text::kCurrency, account));
  message.set_status("settled " + Mark(Text::kStatus, account));
  message.set_channel_id("card_" + Mark(Text::kChannelId, account));
  return message;
}

infermesh::v1::SupportTicket MessageMaker::MakeSupportTicket(
    std::uint32_t account) {
  infermesh::v1::SupportTicket message;
  message.set_account_id(world_->accounts[account].id);
  message.set_ticket(
      absl::StrCat("my key stopped working ", Mark(Text::kTicket, account),
                   " please write to ", Mark(Text::kTicketAddress, account),
                   "@mail.example as soon as you can"));
  message.add_emails(
      absl::StrCat(Mark(Text::kTicketEmail, account), "@mail.example"));
  message.set_feedback("kind people " + Mark(Text::kFeedback, account));
  return message;
}

infermesh::v1::Account MessageMaker::MakeNewEmail(std::uint32_t account) {
  infermesh::v1::Account message;
  message.set_email(absl::StrCat(Mark(Text::kEmail, account), "@mail.example"));
  return message;
}

std::string MessageMaker::MakeUnknownField(std::uint32_t account) {
  constexpr char kTag[] = "\xFA\x06";  // number 111, length-delimited
  const std::string text = Mark(Text::kUnknown, account);
  return absl::StrCat(kTag, std::string(1, static_cast<char>(text.size())),
                      text);
}

TextSet MessageMaker::TakeTexts() {
  const TextSet texts = texts_ | TextSet{Text::kAccountId};
  texts_ = TextSet();
  return texts;
}

std::unique_ptr<google::protobuf::Message> NewMessage(RecordType type) {
  switch (type) {
    case RecordType::kApiRequest:
      return std::make_unique<infermesh::v1::ApiRequest>();
    case RecordType::kWebSession:
      return std::make_unique<infermesh::v1::WebSession>();
    case RecordType::kAccount:
      return std::make_unique<infermesh::v1::Account>();
    case RecordType::kPayment:
      return std::make_unique<infermesh::v1::Payment>();
    default:
      return std::make_unique<infermesh::v1::SupportTicket>();
  }
}

}  // namespace gateway
