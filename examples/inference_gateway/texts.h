// SPDX-License-Identifier: Apache-2.0
//
// The texts that the gateway writes, each of which holds a canary.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_TEXTS_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_TEXTS_H_

#include <cstdint>
#include <initializer_list>

namespace gateway {

// What a text is: mostly a field of a record.
enum class Text : std::uint8_t {
  kAccountId,
  kEmail,
  kUsername,
  kPasswordHash,
  kApiKeyHash,
  kSessionId,
  kUiVariant,
  kClientIp,
  kAccess,
  kModel,
  kPrompt,
  kOutput,
  kCurrency,
  kStatus,
  kChannelId,
  kTicket,
  kTicketAddress,  // an address that somebody wrote into a ticket
  kTicketEmail,    // the field `emails`
  kFeedback,
  kUnknown,  // in a field that the schema does not have
  kCount,
};

// Returns the path of the field, for messages.
const char* NameOf(Text text);

// A set of them.
class TextSet {
 public:
  constexpr TextSet() = default;
  constexpr TextSet(std::initializer_list<Text> texts) {
    for (const Text text : texts) bits_ |= Bit(text);
  }
  constexpr bool Has(Text text) const { return (bits_ & Bit(text)) != 0; }
  constexpr void Add(Text text) { bits_ |= Bit(text); }
  constexpr void Remove(Text text) { bits_ &= ~Bit(text); }

  friend constexpr TextSet operator|(TextSet a, TextSet b) {
    a.bits_ |= b.bits_;
    return a;
  }

 private:
  static constexpr std::uint32_t Bit(Text text) {
    return std::uint32_t{1} << static_cast<unsigned>(text);
  }

  std::uint32_t bits_ = 0;
};

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_TEXTS_H_
