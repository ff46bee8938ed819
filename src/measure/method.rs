//! How each sound figure is got, in words and by which norm: the same words on a real rig, on the twin and on a file.
//!
//! Knows nothing of who asks. A method stands here once, so that a journal and `hejnal measure` cannot say different
//! things of one figure.

use crate::unit::Method;

pub const DELAY: Method = Method::new(
    "cross-correlation with a composite-source burst, then a joint fit of gain, delay and clock ratio with robust weights; uncertainty from the residual",
    "korelacja wzajemna z sygnałem wzorcowym, potem wspólne dopasowanie wzmocnienia, opóźnienia i stosunku zegarów z wagami odpornymi; niepewność z reszt",
    "ITU-T P.501 (stimulus), ITU-T G.114",
);
pub const DELAY_OF_FILES: Method = Method::new(
    "cross-correlation with the sound that was played, then a joint fit of gain, delay and clock ratio with robust weights; uncertainty from the residual",
    "korelacja wzajemna z odtworzonym dźwiękiem, potem wspólne dopasowanie wzmocnienia, opóźnienia i stosunku zegarów z wagami odpornymi; niepewność z reszt",
    "ITU-T G.114, JCGM 100:2008",
);
pub const ARRIVALS: Method = Method::new(
    "what the strongest arrival leaves is correlated with the sound once more; each arrival is fitted in what the other leaves",
    "to, co zostaje po najsilniejszym sygnale, skorelowano z dźwiękiem ponownie; każdy z dwóch dopasowano w tym, co zostaje po drugim",
    "ISO 3382-1:2009, A.3.4, JCGM 100:2008",
);
pub const SLIP_WITHIN: Method = Method::new(
    "either side of the moment at which one delay explains the sound better than the other, fitted by itself",
    "każda strona chwili, od której jedno opóźnienie wyjaśnia dźwięk lepiej niż drugie, dopasowana osobno",
    "JCGM 100:2008",
);
pub const DELAY_GROWTH: Method = Method::new(
    "largest less first delay of a series of composite-source bursts, each by a joint fit of gain, delay and clock ratio",
    "największe minus pierwsze opóźnienie z serii sygnałów wzorcowych, każde ze wspólnego dopasowania wzmocnienia, opóźnienia i stosunku zegarów",
    "ITU-T P.501 (stimulus), ITU-T G.114",
);
pub const PRESENCE: Method = Method::new(
    "noise voice without pauses, found in the recording by correlation in looks of 20 ms, its edges placed by likelihood",
    "głos szumowy bez przerw, odszukany w nagraniu korelacją w oknach 20 ms, krawędzie wyznaczone metodą największej wiarygodności",
    "",
);
pub const RMS: Method = Method::new(
    "root mean square of all samples without their steady offset; 0 dBFS is a full-scale sine; uncertainty from the rounding of the samples",
    "wartość skuteczna wszystkich próbek bez składowej stałej; 0 dBFS to sinusoida o pełnej skali; niepewność z zaokrąglenia próbek",
    "AES17 (dBFS)",
);
pub const PEAK: Method = Method::new(
    "largest magnitude of all samples; uncertainty from the rounding of the samples",
    "największa wartość bezwzględna próbek; niepewność z zaokrąglenia próbek",
    "",
);
pub const OFFSET: Method = Method::new("mean of all samples, full scale 1", "średnia wszystkich próbek, pełna skala to 1", "");
pub const CLIPPING: Method = Method::new(
    "stretches of three or more samples that stick at the largest magnitude",
    "odcinki co najmniej trzech próbek trwających na największej wartości bezwzględnej",
    "",
);
pub const ACTIVE_SPEECH: Method = Method::new(
    "active speech level: envelope of 30 ms, hangover of 200 ms, margin of 15.9 dB; uncertainty from the margin's tolerance of 0.5 dB",
    "poziom mowy czynnej: obwiednia 30 ms, podtrzymanie 200 ms, margines 15,9 dB; niepewność z tolerancji marginesu 0,5 dB",
    "ITU-T P.56 (12/2011), method B",
);
pub const NOISE_FLOOR: Method = Method::new(
    "root mean square between the words, outside the speech activity and 50 ms before it; uncertainty from the spread of blocks of 20 ms",
    "wartość skuteczna między słowami, poza czynnością mowy i 50 ms przed nią; niepewność z rozrzutu bloków 20 ms",
    "ITU-T P.56 (activity)",
);
pub const SIGNAL_TO_NOISE: Method = Method::new(
    "active speech level less the noise that goes on beneath it, over the noise floor between the words",
    "poziom mowy czynnej pomniejszony o szum pod nią, względem szumu między słowami",
    "ITU-T P.56 (activity)",
);
pub const A_WEIGHTED: Method = Method::new(
    "power spectrum of the whole, weighted by curve A (class 1 at all frequencies below half the rate)",
    "widmo mocy całości ważone krzywą A (klasa 1 dla wszystkich częstotliwości poniżej połowy próbkowania)",
    "IEC 61672-1:2013, 5.5",
);
pub const THIRD_OCTAVES: Method = Method::new(
    "power spectrum of the whole in third octaves, base ten, class 1; uncertainty as for random noise",
    "widmo mocy całości w tercjach, podstawa dziesięć, klasa 1; niepewność jak dla szumu losowego",
    "IEC 61260-1:2014",
);
pub const DBM0: Method = Method::new(
    "dBFS and the level of a full-scale sine of the codec: 3.14 dBm0 (A-law) or 3.17 dBm0 (µ-law)",
    "dBFS plus poziom sinusoidy o pełnej skali kodeka: 3,14 dBm0 (prawo A) lub 3,17 dBm0 (prawo µ)",
    "ITU-T G.711, 4",
);
pub const DBOV: Method = Method::new(
    "dBFS less 3.01 dB: 0 dBov is the power of a square wave at full scale",
    "dBFS minus 3,01 dB: 0 dBov to moc fali prostokątnej o pełnej skali",
    "ITU-T G.100.1",
);
pub const SOUND_PRESSURE: Method = Method::new(
    "dBFS and the calibrated sound pressure level of a full-scale sine; its uncertainty is that of the calibrator",
    "dBFS plus skalibrowany poziom ciśnienia akustycznego sinusoidy o pełnej skali; jego niepewność to niepewność kalibratora",
    "IEC 60942 (calibrator), IEC 61672-1",
);
pub const TONE: Method = Method::new(
    "strongest component of the spectrum (four-term Blackman-Harris window); the rest from 20 Hz up is distortion and noise",
    "najsilniejszy składnik widma (okno Blackmana-Harrisa); reszta od 20 Hz wzwyż to zniekształcenia i szum",
    "IEC 60268-3, 14.12",
);
pub const DTMF: Method = Method::new(
    "tone pairs in looks of 20 ms: share of all sound, frequency within 2.5 %, twist within 10 dB, 32 ms or longer",
    "pary tonów w oknach 20 ms: udział w całym dźwięku, częstotliwość w granicach 2,5 %, różnica poziomów do 10 dB, od 32 ms",
    "ITU-T Q.23, Q.24",
);
pub const CALL_TONES: Method = Method::new(
    "tone of 400 to 450 Hz in looks of 20 ms, told by its cadence; Poland: 425 Hz, ringing 1 s / 4 s, busy 0.5 s / 0.5 s",
    "ton od 400 do 450 Hz w oknach 20 ms, rozpoznany po rytmie; Polska: 425 Hz, zwrotny sygnał wywołania 1 s / 4 s, zajętość 0,5 s / 0,5 s",
    "ITU-T E.180, supplement 2",
);
pub const ECHO_LOSS: Method = Method::new(
    "power of what was returned coherent with what was sent, 200 to 3600 Hz, after alignment; uncertainty from the coherence",
    "moc tego, co wróciło, spójna z tym, co wysłano, od 200 do 3600 Hz, po wyrównaniu w czasie; niepewność ze spójności",
    "ITU-T G.122",
);
pub const ECHO_BOUND: Method = Method::new(
    "no echo heard: level sent less level returned, and 20 dB that the correlation reaches below the latter in 10 s of sound",
    "echa nie słychać: poziom wysłany minus poziom powracający oraz 20 dB, o które korelacja sięga poniżej w 10 s dźwięku",
    "ITU-T G.122",
);
pub const WEIGHTED_ECHO_LOSS: Method = Method::new(
    "echo path's power gain weighted by 1/f from 300 to 3400 Hz; of a terminal this is its weighted terminal coupling loss TCLw",
    "wzmocnienie mocy toru echa ważone 1/f od 300 do 3400 Hz; dla urządzenia końcowego jest to ważone tłumienie sprzężenia TCLw",
    "ITU-T G.122, B.4",
);
pub const TALKER_ECHO: Method = Method::new(
    "talker echo loudness rating: weighted echo loss and the loudness ratings of a nominal telephone, 8 dB sending and 2 dB receiving",
    "wskaźnik głośności echa rozmówcy: ważone tłumienie echa oraz wskaźniki głośności nominalnego aparatu, 8 dB nadawanie i 2 dB odbiór",
    "ITU-T G.131, G.111",
);
pub const DOUBLE_TALK: Method = Method::new(
    "gain of the near voice while it speaks alone over its gain while the far one speaks too, both by coherence, 300 to 3400 Hz",
    "wzmocnienie głosu bliskiego, gdy mówi sam, względem wzmocnienia, gdy mówi też daleki; oba ze spójności, od 300 do 3400 Hz",
    "ITU-T P.340, P.502",
);
pub const GAPS: Method = Method::new(
    "the recording is moved onto the reference by its measured delay and clock ratio; a gap is a stretch, found by its most likely edges, in which the reference sounds and the recording does not",
    "nagranie przesunięto na wzorzec według zmierzonego opóźnienia i stosunku zegarów; przerwa to odcinek o najbardziej prawdopodobnych krawędziach, w którym wzorzec brzmi, a nagranie nie",
    "",
);
pub const CLICKS: Method = Method::new(
    "samples that stand 12 times out of what linear prediction leaves, and do not in the reference",
    "próbki wystające 12 razy ponad resztę predykcji liniowej, których nie ma we wzorcu",
    "",
);
pub const REPEATS: Method = Method::new(
    "stretches alike to 0.97 to what came one packet earlier (10 to 60 ms), where the reference goes on",
    "odcinki podobne w stopniu 0,97 do tego, co było o jeden pakiet wcześniej (10 do 60 ms), choć wzorzec idzie dalej",
    "",
);
pub const REPLACED: Method = Method::new(
    "the sound as the path carries it is foretold from the whole recording; what is off by more than a third of its power, whatever is heard there, did not arrive",
    "dźwięk po przejściu przez tor przewidziano z całego nagrania; to, co odbiega o więcej niż jedną trzecią jego mocy, nie dotarło, cokolwiek tam słychać",
    "",
);
pub const RESPONSE: Method = Method::new(
    "transfer function H1 (cross spectrum over reference spectrum, Welch) in third octaves after alignment; uncertainty from the coherence",
    "transmitancja H1 (widmo wzajemne przez widmo wzorca, Welch) w tercjach po wyrównaniu w czasie; niepewność ze spójności",
    "IEC 61260-1:2014 (bands)",
);
pub const COHERENT: Method = Method::new(
    "power coherent with the reference over the rest (noise, distortion, losses) in the reference's band",
    "moc spójna ze wzorcem względem reszty (szum, zniekształcenia, straty) w paśmie wzorca",
    "",
);
pub const CLOCK_RATIO: Method = Method::new(
    "from the same joint fit, relative to a recording clock equal to the playing one; positive: the recording runs long",
    "z tego samego wspólnego dopasowania, względem zegara nagrania równego zegarowi odtwarzania; dodatni: nagranie trwa dłużej",
    "JCGM 100:2008",
);
pub const PATH_GAIN: Method = Method::new(
    "recording over reference in the reference's band, from the same joint fit; uncertainty from the delay's own and the reference's spectrum",
    "nagranie względem wzorca w paśmie wzorca, z tego samego wspólnego dopasowania; niepewność z niepewności opóźnienia i widma wzorca",
    "JCGM 100:2008",
);
pub const TO_RESIDUAL: Method = Method::new(
    "power of the fitted reference over what it leaves unexplained, in its band; uncertainty as for random noise",
    "moc dopasowanego wzorca względem niewyjaśnionej reszty, w jego paśmie; niepewność jak dla szumu losowego",
    "JCGM 100:2008",
);
pub const CONFIDENCE: Method = Method::new(
    "how far the correlation peak stands above the next candidate elsewhere, 0 to 1",
    "o ile szczyt korelacji wystaje ponad następnego kandydata w innym miejscu, od 0 do 1",
    "",
);
pub const SCATTER: Method = Method::new(
    "root mean square of what drift and slips leave of the stretches' delays; uncertainty from their number",
    "wartość skuteczna tego, czego dryf i skoki nie wyjaśniają w opóźnieniach odcinków; niepewność z ich liczby",
    "JCGM 100:2008",
);
pub const PRESS: Method = Method::new(
    "first arrival of sound less first make of the contact, both on one sample clock",
    "pierwszy dźwięk minus pierwsze zwarcie styku, oba według jednego zegara próbkowania",
    "JCGM 100:2008",
);
pub const CONTACT: Method = Method::new(
    "beginning of the tone that the contact gates into one input (first bounce), by the most likely sequence of open and closed",
    "początek tonu, który styk kluczuje na jednym wejściu (pierwsze odbicie), z najbardziej prawdopodobnego ciągu stanów rozwarcia i zwarcia",
    "JCGM 100:2008",
);
pub const FIRST_SOUND: Method = Method::new(
    "first arrival of sound, 300 to 3400 Hz, 6 dB above the noise before the press, in another input, the gate's crosstalk taken off",
    "pierwszy dźwięk, od 300 do 3400 Hz, 6 dB nad szumem sprzed naciśnięcia, na drugim wejściu, po odjęciu przesłuchu tonu styku",
    "JCGM 100:2008",
);
pub const STIPA: Method = Method::new(
    "STIPA, direct method, male speech; octave filters of class 1 (IEC 61260-1) without phase; uncertainty from the fluctuation beside the modulations",
    "STIPA, metoda bezpośrednia, mowa męska; filtry oktawowe klasy 1 (IEC 61260-1) bez przesunięcia fazy; niepewność z fluktuacji obok modulacji",
    "IEC 60268-16:2020",
);
pub const STIPA_INDIRECT: Method = Method::new(
    "STI at the modulations of STIPA, indirect method from an impulse response, male speech; uncertainty from what the second half of its decay changes",
    "STI dla modulacji STIPA, metoda pośrednia z odpowiedzi impulsowej, mowa męska; niepewność z tego, co zmienia druga połowa jej zaniku",
    "IEC 60268-16:2020, 6",
);
pub const MODULATION_CLOCK: Method = Method::new(
    "frequencies of the modulations against those played; positive: the recording runs long",
    "częstotliwości modulacji względem odtwarzanych; dodatni: nagranie trwa dłużej",
    "IEC 60268-16:2020",
);
pub const STIPA_NOISE: Method = Method::new(
    "the measured modulations with the stated ambient noise, masking and threshold of hearing; the noise levels count as exact",
    "zmierzone modulacje z podanym szumem otoczenia, maskowaniem i progiem słyszenia; poziomy szumu przyjęto za dokładne",
    "IEC 60268-16:2020, M",
);
pub const OCTAVE_LEVELS: Method = Method::new(
    "power in each octave of the sound that was measured; uncertainty as for random noise",
    "moc w każdej oktawie mierzonego dźwięku; niepewność jak dla szumu losowego",
    "IEC 61260-1:2014",
);
pub const OCTAVE_ENERGIES: Method = Method::new(
    "energy of the response in each octave below the strongest; uncertainty from what the second half of its decay changes",
    "energia odpowiedzi w każdej oktawie względem najsilniejszej; niepewność z tego, co zmienia druga połowa jej zaniku",
    "IEC 61260-1:2014",
);
pub const STIPA_CEILING: Method = Method::new(
    "index of a perfect path whose missing octaves count as 0",
    "wskaźnik idealnego toru, w którym brakujące oktawy liczą się jako 0",
    "IEC 60268-16:2020, A.5.6",
);
pub const CODEC_CAP: Method = Method::new(
    "index of the test signal through the codec alone, three seeds; uncertainty from their spread",
    "wskaźnik sygnału pomiarowego przepuszczonego przez sam kodek, trzy ziarna; niepewność z ich rozrzutu",
    "IEC 60268-16:2020, ITU-T G.711, G.722, RFC 6716",
);
pub const STOI: Method = Method::new(
    "short-time objective intelligibility at 10 kHz after alignment; ranks conditions of one path, no share of words understood; uncertainty from the spread of stretches of 384 ms",
    "krótkookresowa obiektywna zrozumiałość przy 10 kHz po wyrównaniu w czasie; porównuje stany jednego toru, nie jest odsetkiem zrozumianych słów; niepewność z rozrzutu odcinków 384 ms",
    "Taal et al. 2011",
);
pub const ESTOI: Method = Method::new(
    "extended short-time objective intelligibility, which also follows fluctuating noise; the rest as for STOI",
    "rozszerzona krótkookresowa obiektywna zrozumiałość, czuła też na szum zmienny; poza tym jak STOI",
    "Jensen, Taal 2016",
);
pub const SPEECH_TAKEN: Method = Method::new(
    "frames of 25.6 ms within 40 dB of the loudest; uncertainty of a frame at either end",
    "ramki 25,6 ms nie cichsze niż 40 dB poniżej najgłośniejszej; niepewność jednej ramki na każdym końcu",
    "Taal et al. 2011",
);
pub const PESQ_RAW: Method = Method::new(
    "perceptual model with its own alignment, at 8 kHz; uncertainty: how far the score moves with the model's frames and, above 8 kHz, between the two rates at which the model may operate, not how far it lies from listeners",
    "model percepcyjny z własnym wyrównaniem w czasie, przy 8 kHz; niepewność: o ile wynik zmienia się z położeniem ramek modelu, a powyżej 8 kHz także między dwiema dopuszczonymi częstotliwościami pracy modelu, a nie jego odległość od słuchaczy",
    "ITU-T P.862",
);
pub const PESQ_NARROW: Method = Method::new(
    "raw score mapped to the scale of listening tests, 300 to 3400 Hz",
    "wynik surowy przeliczony na skalę badań odsłuchowych, od 300 do 3400 Hz",
    "ITU-T P.862.1",
);
pub const PESQ_WIDE: Method = Method::new(
    "the same model at 16 kHz, mapped to the scale of listening tests, 50 to 7000 Hz",
    "ten sam model przy 16 kHz, przeliczony na skalę badań odsłuchowych, od 50 do 7000 Hz",
    "ITU-T P.862.2",
);
pub const TRACK: Method = Method::new(
    "delay of each stretch of the reference by a joint fit, then weighted least squares for one drift between slips; uncertainties are expanded (k = 2)",
    "opóźnienie każdego odcinka wzorca ze wspólnego dopasowania, potem ważone najmniejsze kwadraty dla jednego dryfu między skokami; niepewności rozszerzone (k = 2)",
    "JCGM 100:2008",
);
