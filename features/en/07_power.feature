Feature: Power

  @S35 @fat @sat @nightly
  Scenario: From cold start to first call, settings intact
    Given the post is ready
    And a talk with the operator is under way
    And the operator hangs up
    And 2 s pass
    And the post is switched off
    And 10 s pass
    When the mains is switched on
    Then the post is registered at most 60 s after power-on [T19]
    And the settings of the post are intact
    When the operator answers after 1 s
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When 8 s pass
    Then the talk goes on
    When the operator hangs up
    And 5 s pass

  @S36 @fat @nightly
  Scenario: Power first, fibre later: the point still joins; a press in boot is not silent
    Given the post is ready
    And the operator answers after 1 s
    And the post is switched off
    And the fibre is cut
    And 10 s pass
    When the mains is switched on
    And 1 s pass
    And the button is pressed for 150 ms
    Then the "out of service" lamp answers at most 2 s after the press [T38]
    When 110 s pass
    And the fibre is restored
    Then the post is registered again at most 15 s after the fibre's return [T20]
    And the kept press is delivered once and marked as delayed, at most 60 s after the fibre's return, or clearly refused [T38]
    When the operator ends every call that stands
    And 30 s pass

  @S37 @fat @nightly
  Scenario: Dips, quick replugging and a hundred cycles do no harm
    Given the post is ready
    And the operator answers after 1 s
    When the mains fails for 50 ms
    Then the post has ridden the dip through or is registered anew at most 60 s after it [T23]
    When the mains fails for 200 ms
    Then the post has ridden the dip through or is registered anew at most 60 s after it [T23]
    When the mains fails for 500 ms
    Then the post has ridden the dip through or is registered anew at most 60 s after it [T23]
    When the mains fails for 800 ms
    Then the post has ridden the dip through or is registered anew at most 60 s after it [T23]
    When the mains fails for 1 s at 20 moments of the start, 0.4 s apart
    Then the post has ridden the dip through or is registered anew at most 60 s after it [T23]
    When the mains is off for 2 s and on for 1 s, 100 times
    Then the post has ridden the dip through or is registered anew at most 60 s after it [T23]
    And the settings of the post are intact
    When 10 s pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]

  @S38 @fat @sat @nightly
  Scenario: Mains lost in a call: the battery carries on and reports itself
    Given the post is ready
    And the operator answers after 1 s
    And a talk with the operator is under way
    When the mains is lost and returns while the caller talks
    And the mains is lost and returns while the operator talks
    Then the change of supply interrupts speech for at most 0.1 s in either direction [T25]
    And the talk goes on
    When the operator hangs up
    And 2 s pass
    And the mains is lost and the battery carries on
    Then the post reports the loss of mains to the supervision at most 60 s after it [T26]
    When the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When the operator ends every call that stands
    And 2 s pass
    And a talk with the operator is under way
    And the operator hangs up
    And 5 min pass
    And the servers take everything and answer nothing
    Then the post reports the lost server to the supervision at most 60 s after its loss [T26]
    When the servers are in order again
    Then the post clears that report at most 60 s after the server's return [T27]
    When the mains returns
    Then the post clears that report at most 60 s after the mains' return [T27]
    When the battery is disconnected
    Then the post reports the missing battery to the supervision at most 60 s after its disconnection [T26]
    When 5 min pass
    And the battery is connected again
    Then the post clears that report at most 60 s after the battery is connected [T27]
    When a talk with the operator is under way
    And the mains is lost and the battery carries on
    Then the post reports the loss of mains to the supervision at most 60 s after it [T26]
    And the talk goes on
    When the mains returns
    Then the post clears that report at most 60 s after the mains' return [T27]

  @S51 @nightly @long
  Scenario: The battery holds up for the time that is asked for
    Given the post is ready
    And the operator answers after 1 s
    And a talk with the operator is under way
    When the mains is lost and the battery carries on
    And 15 min pass
    Then the talk goes on
    When the operator hangs up
    Then the post can be called from for at least 4 h after the loss of mains [T24]
    When the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
