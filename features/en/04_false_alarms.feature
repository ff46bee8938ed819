Feature: False alarms and abuse
  In another city 1128 of 1181 calls were unconfirmed. The post must not add to them.

  @S18 @fat @nightly
  Scenario: Interference and bounce raise no extra calls
    Given the post is ready
    And the operator answers after 1 s
    When the button contact bounces 10 times for 5 ms and then closes for 200 ms
    Then within 15 s exactly 1 call reaches the operator [T31]
    When the operator hangs up
    And 2 s pass
    And 200 interference pulses of 6 ms reach the button, 60 ms apart
    Then no further call reaches the operator within 5 s [T30]
    When 5 interference pulses of 6 ms reach the button, 60 ms apart
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]

  @S19 @fat @sat @nightly
  Scenario: Ten presses in ten seconds are one case
    Given the post is ready
    And the operator answers after 4 s
    When the button is pressed 10 times for 150 ms, once every 1 s
    Then within 30 s exactly 1 call reaches the operator [T31]
    And the talk goes on
    When the operator hangs up
    Then no further call reaches the operator within 60 s [T31]
    When the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]

  @S20 @fat @sat @nightly
  Scenario: A stuck button gives one call and one fault
    Given the post is ready
    When the button is pressed 3 times for 5 s, and the operator ends each call after 8 s
    And the operator answers after 1 s
    And the button is held down
    Then the post reports its stuck button at most 15 s after the press [T28]
    When the operator hangs up
    Then within 60 s exactly 1 call reaches the operator [T28]
    When the fibre is cut for 5 s
    Then no further call reaches the operator within 20 s [T28]
    When the post is switched off
    And 10 s pass
    And the mains is switched on
    Then the post is registered at most 60 s after power-on [T19]
    And no further call reaches the operator within 20 s [T28]
    When the button is let go
    Then the post clears that fault at most 60 s after the button's release [T27]
    And no further call reaches the operator within 10 s [T28]
    When the fibre is cut
    And 10 s pass
    And the button is held down
    Then the post reports its stuck button at most 15 s after the press [T28]
    When the fibre is restored
    And 70 s pass
    And the operator ends every call that stands
    And the button is let go
    Then the post clears that fault at most 60 s after the button's release [T27]
    When the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]

  @S21 @fat @nightly
  Scenario: After twenty unconfirmed calls the next is served as the first
    Given the post is ready
    And the operator's servers write the names of headers in their short forms
    When the button is pressed 20 times for 150 ms, and the operator ends each call after 1 s
    And the operator does not answer
    And the button is pressed for 1 s
    Then the operator's phone rings at most 2 s after the press [T02]
    And the "call placed" lamp lights at most 0.2 s after the press [T05]

  @S22 @fat @nightly
  Scenario: Two points at once: both are queued with priority, none lost
    Given the post is ready
    When the operator talks to another point for 8 s, and then takes the calls that wait by priority and in order
    And the button is pressed for 150 ms
    And 1 s passes
    And another point calls, for a talk of 20 s
    Then this point's call is taken in its turn [T33]
    And the talk goes on
    When 5 s pass
    And the operator hangs up
    And 5 s pass
    And the operator talks to another point for 3 s, and then takes the calls that wait by priority and in order
    And another point calls, for a talk of 4 s
    And the button is pressed for 150 ms
    Then this point's call is taken in its turn [T33]
    And the talk goes on

  @S23 @nightly @long
  Scenario: Seventy-two hours without a phantom call
    Given the post is ready
    And the operator does not answer
    Then over 72 h the post raises no call of its own [T32]
    When the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]

  @S24 @fat @nightly
  Scenario: Unconfirmed and confirmed reports are counted apart and add up
    Given the post is ready
    And the operator's servers send messages as long as they may be
    When the button is pressed 3 times for 150 ms, and the operator ends each call after 4 s
    And the operator is busy
    And the button is pressed for 150 ms
    And 60 s pass
    And the operator ends every call that stands
    And the button is pressed for 150 ms
    And 60 s pass
    And the operator ends every call that stands
    And 60 s pass
    And the button is pressed 2 times for 150 ms, and the operator ends each call after 4 s
    Then the post has counted its calls as the operator has, the answered and the unanswered apart [T33]
