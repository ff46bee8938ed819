Feature: Power

  @S35 @fat @sat @nightly
  Scenario: From cold start to first call, settings intact
    Given the post is ready
    And the post is switched off
    And 10 s pass
    When the mains is switched on
    Then the post is registered at most 60 s after power-on [T19]
    And the settings of the post are intact
    When the operator answers after 1 s
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]

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
