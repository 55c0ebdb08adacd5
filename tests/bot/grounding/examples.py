"""Sentences, claims that they support and claims that they do not, over many topics: read by test_support.py.

A wrong claim is followed by what must be found wrong in it: a kind of fact and some of its words.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A source, claims that it supports (`right`), claims with one altered fact (`wrong`: claim, kind, words)."""

    source: str
    right: tuple[str, ...]
    wrong: tuple[tuple[str, str, str], ...]


EXAMPLES = (
    # politics
    Example(
        "The Egyptian president met 14 African leaders in Cairo on 3 March 2019 to discuss the Nile dam.",
        (
            "Fourteen African leaders met the president of Egypt in March 2019.",
            "التقى الرئيس المصري 14 زعيمًا أفريقيًا في القاهرة في 3 آذار/مارس 2019.",
            "اجتمع أربعة عشر زعيمًا في القاهرة في الثالث من مارس.",
        ),
        (
            ("The Egyptian president met 41 African leaders.", "number", "41"),
            ("The president met 14 leaders in Khartoum.", "name", "Khartoum"),
            ("The Sudanese president met 14 African leaders.", "name", "Sudanese"),
            ("The meeting took place on 3 May 2019.", "date", "3 May"),
            ("التقى الرئيس المصري أربعين زعيمًا أفريقيًا.", "number", "أربعين"),
            ("التقى الرئيس السوداني 14 زعيمًا أفريقيًا.", "name", "السوداني"),
            ("عُقد الاجتماع في 3 نيسان/أبريل 2019.", "date", "نيسان"),
        ),
    ),
    Example(
        "انتخب البرلمان اللبناني ميشال عون رئيسًا في 31 تشرين الأول 2016 بعد 29 شهرًا من الشغور.",
        (
            "انتُخب ميشيل عون رئيسًا في أكتوبر 2016.",
            "Michel Aoun was elected president on 31 October 2016.",
            "The Lebanese parliament elected Aoun after 29 months.",
            "بقي المنصب شاغرًا تسعة وعشرين شهرًا.",
        ),
        (
            ("Michel Aoun was elected president on 13 October 2016.", "date", "13 October"),
            ("انتُخب ميشال عون في 31 كانون الأول 2016.", "date", "كانون الأول"),
            ("The Syrian parliament elected Aoun.", "name", "Syrian"),
            ("انتُخب بعد 19 شهرًا من الشغور.", "number", "19"),
            ("The parliament elected Samir Geagea.", "name", "Geagea"),
        ),
    ),
    Example(
        "Turkey and Hungary approved Sweden's bid to join NATO in early 2024, 20 months after it applied.",
        (
            "Sweden's application was approved by the Turkish and Hungarian sides in 2024.",
            "وافقت تركيا والمجر على انضمام السويد إلى حلف شمال الأطلسي مطلع 2024.",
            "استغرقت الموافقة عشرين شهرًا.",
        ),
        (
            ("Turkey and Bulgaria approved Sweden's bid.", "name", "Bulgaria"),
            ("وافقت تركيا وبلغاريا على انضمام السويد إلى الناتو.", "name", "بلغاريا"),
            ("وافقت تركيا والمجر على انضمام فنلندا إلى الناتو.", "name", "فنلندا"),
            ("The bid was approved 12 months after it applied.", "number", "12"),
            ("Sweden joined the European Union in early 2024.", "name", "European Union"),
        ),
    ),
    Example(
        "قال وزير الخارجية السوري إن وفدًا من الأمم المتحدة سيزور حلب وحمص يوم الخميس المقبل.",
        (
            "A United Nations delegation will visit Aleppo and Homs on Thursday.",
            "سيزور وفد أممي من الأمم المتحدة مدينة حمص يوم الخميس.",
            "The Syrian foreign minister announced a UN visit.",
        ),
        (
            ("A United Nations delegation will visit Damascus on Thursday.", "name", "Damascus"),
            ("سيزور الوفد دمشق يوم الخميس.", "name", "دمشق"),
            ("سيزور الوفد حمص يوم الثلاثاء.", "date", "الثلاثاء"),
            ("The visit is planned for Friday.", "date", "Friday"),
            ("A European Union delegation will visit Homs.", "name", "European Union"),
        ),
    ),
    # economy
    Example(
        "Profits of the Saudi company rose by 12.5% to $3.5 billion in 2022, against 2.9 billion "
        "dollars a year before.",
        (
            "Its profits grew 12.5 percent, to 3.5 billion dollars.",
            "ارتفعت أرباح الشركة السعودية بنسبة 12.5 بالمئة إلى 3.5 مليار دولار.",
            "بلغت الأرباح ٣٫٥ مليارات دولار عام ٢٠٢٢ بزيادة ١٢٫٥٪.",
        ),
        (
            ("Its profits grew 15.2 percent.", "percent", "15.2"),
            ("Its profits rose to 3.5 million dollars.", "number", "3.5 million"),
            ("Its profits rose to 3.5 billion euros.", "currency", "euros"),
            ("ارتفعت الأرباح إلى 3.5 مليار ريال.", "currency", "ريال"),
            ("ارتفعت الأرباح بنسبة 21.5 بالمئة.", "percent", "21.5"),
            ("بلغت الأرباح 5.3 مليار دولار.", "number", "5.3"),
        ),
    ),
    Example(
        "خفض البنك المركزي الأوروبي سعر الفائدة ربع نقطة مئوية إلى 3.75 في المئة، وهو أول خفض منذ خمس سنوات.",
        (
            "خفض البنك سعر الفائدة إلى 3.75%.",
            "The European Central Bank cut its rate to 3.75 per cent.",
            "It was the first cut in five years.",
        ),
        (
            ("خفض البنك سعر الفائدة إلى 3.25%.", "percent", "3.25"),
            ("It was the first cut in nine years.", "number", "nine"),
            ("خفض بنك اليابان المركزي سعر الفائدة.", "name", "اليابان"),
            ("The Swiss central bank cut its rate.", "name", "Swiss"),
        ),
    ),
    Example(
        "Two-thirds of the 1,200 workers at the Volkswagen plant near Hanover went on strike for three days.",
        (
            "ثلثا عمال مصنع فولكسفاغن أضربوا ثلاثة أيام.",
            "The strike at Volkswagen lasted 3 days.",
            "يعمل في المصنع القريب من هانوفر 1200 عامل.",
            "There are 1200 workers near Hanover.",
        ),
        (
            ("Half of the workers went on strike.", "number", "Half"),
            ("The strike at Renault lasted 3 days.", "name", "Renault"),
            ("أضرب العمال خمسة أيام.", "number", "خمسة"),
            ("يعمل في المصنع 2100 عامل.", "number", "2100"),
            ("يقع المصنع قرب شتوتغارت.", "name", "شتوتغارت"),
        ),
    ),
    Example(
        "تستورد مصر نحو 12 مليون طن من القمح سنويًا، يأتي 80 بالمئة منها من روسيا وأوكرانيا.",
        (
            "Egypt imports some 12 million tonnes of wheat a year.",
            "80% of it comes from Russia and Ukraine.",
            "يأتي ثمانون في المئة من القمح من أوكرانيا وروسيا.",
            "Most of the wheat is Russian or Ukrainian.",
        ),
        (
            ("Egypt imports some 20 million tonnes of wheat a year.", "number", "20 million"),
            ("18% of it comes from Russia.", "percent", "18"),
            ("تستورد الجزائر نحو 12 مليون طن من القمح.", "name", "الجزائر"),
            ("It comes from Russia and Romania.", "name", "Romania"),
            ("تستورد مصر نحو 12 ألف طن.", "number", "12 ألف"),
        ),
    ),
    # science
    Example(
        "Marie Curie, born in Warsaw in 1867, won the Nobel Prize in Physics in 1903 and in Chemistry in 1911.",
        (
            "ولدت ماري كوري في وارسو عام 1867.",
            "نالت كوري جائزة نوبل في الفيزياء عام ١٩٠٣.",
            "Curie won the Nobel Prize in 1903 and 1911.",
        ),
        (
            ("ولدت ماري كوري في باريس عام 1867.", "name", "باريس"),
            ("ولدت ماري كوري في وارسو عام 1876.", "number", "1876"),
            ("Marie Curie was born in Krakow.", "name", "Krakow"),
            ("Lise Meitner won the Nobel Prize in 1903.", "name", "Meitner"),
            ("نالت جائزة نوبل عام 1913.", "number", "1913"),
        ),
    ),
    Example(
        "يبلغ متوسط بعد الأرض عن الشمس 149.6 مليون كيلومتر، ويقطع الضوء هذه المسافة في ثماني دقائق وعشرين ثانية.",
        (
            "The Earth is 149.6 million kilometres from the Sun.",
            "Light takes eight minutes and 20 seconds.",
            "يقطع الضوء المسافة في 8 دقائق و20 ثانية.",
        ),
        (
            ("The Earth is 194.6 million kilometres from the Sun.", "number", "194.6"),
            ("Light takes nine minutes.", "number", "nine"),
            ("يقطع الضوء المسافة في 18 دقيقة.", "number", "18"),
            ("يبلغ بعد المريخ عن الشمس 149.6 مليون كيلومتر.", "name", "المريخ"),
        ),
    ),
    Example(
        "Researchers at the University of Oxford tested the vaccine on 10,260 volunteers in Britain, "
        "Brazil and South Africa.",
        (
            "اختبر باحثون في جامعة أكسفورد اللقاح على 10260 متطوعًا.",
            "The vaccine was tested in Brazil and South Africa.",
            "جرى الاختبار في بريطانيا والبرازيل وجنوب أفريقيا.",
            "British and Brazilian volunteers took part.",
        ),
        (
            ("اختبر باحثون في جامعة كامبريدج اللقاح.", "name", "كامبريدج"),
            ("Researchers at the University of Cambridge tested it.", "name", "Cambridge"),
            ("The vaccine was tested in Brazil and Argentina.", "name", "Argentina"),
            ("جرى الاختبار على 12060 متطوعًا.", "number", "12060"),
            ("جرى الاختبار في بريطانيا والهند.", "name", "الهند"),
        ),
    ),
    Example(
        "اكتشف الكيميائي السويدي كارل شيله الأكسجين سنة 1772، وسماه لافوازييه بهذا الاسم عام 1777.",
        (
            "The Swedish chemist Carl Scheele discovered oxygen in 1772.",
            "Lavoisier named it in 1777.",
            "سمى لافوازيه الغاز عام 1777.",
        ),
        (
            ("The Swedish chemist Carl Scheele discovered oxygen in 1727.", "number", "1727"),
            ("The Danish chemist Carl Scheele discovered it.", "name", "Danish"),
            ("Priestley named it in 1777.", "name", "Priestley"),
            ("اكتشف الكيميائي النرويجي شيله الأكسجين.", "name", "النرويجي"),
        ),
    ),
    Example(
        "The telescope, launched in December 2021, orbits 1.5 million km from Earth and is kept at 50 kelvin.",
        (
            "أُطلق التلسكوب في كانون الأول/ديسمبر 2021.",
            "يدور على بعد 1,5 مليون كيلومتر من الأرض.",
            "It orbits at a distance of 1,500,000 km.",
        ),
        (
            ("أُطلق التلسكوب في كانون الثاني 2021.", "date", "كانون الثاني"),
            ("It was launched in November 2021.", "date", "November"),
            ("It orbits at a distance of 15,000,000 km.", "number", "15,000,000"),
            ("أُطلق التلسكوب في ديسمبر 2012.", "date", "ديسمبر 2012"),
        ),
    ),
    # sport
    Example(
        "فازت الأرجنتين على فرنسا بركلات الترجيح 4-2 في نهائي كأس العالم في قطر، وسجل ميسي هدفين ومبابي ثلاثة.",
        (
            "Argentina beat France 4-2 on penalties.",
            "Messi scored two goals and Mbappe three.",
            "سجل ميسي هدفين في النهائي.",
            "أقيم نهائي كأس العالم في قطر.",
        ),
        (
            ("Argentina beat France 5-2 on penalties.", "number", "5"),
            ("Argentina beat Croatia on penalties.", "name", "Croatia"),
            ("فازت البرازيل على فرنسا.", "name", "البرازيل"),
            ("Ronaldo scored two goals.", "name", "Ronaldo"),
            ("سجل مبابي سبعة أهداف.", "number", "سبعة"),
            ("أقيم النهائي في روسيا.", "name", "روسيا"),
        ),
    ),
    Example(
        "Hicham El Guerrouj of Morocco ran the mile in 3:43.13 in Rome on 7 July 1999, a record that "
        "stood for decades.",
        (
            "ركض المغربي هشام الكروج الميل في روما في 7 تموز/يوليو 1999.",
            "The Moroccan runner set his record in Rome.",
            "سُجل الرقم القياسي في السابع من يوليو.",
        ),
        (
            ("The Algerian runner set his record in Rome.", "name", "Algerian"),
            ("ركض المغربي هشام الكروج الميل في برلين.", "name", "برلين"),
            ("ركض الميل في 7 حزيران/يونيو 1999.", "date", "حزيران"),
            ("He ran the mile in 3:34.13.", "number", "34.13"),
            ("Saif Shaheen ran the mile in Rome.", "name", "Shaheen"),
        ),
    ),
    Example(
        "The stadium in Manchester holds 53,400 people and was opened by Queen Elizabeth II in 2002.",
        (
            "افتتحت الملكة إليزابيث الثانية ملعب مانشستر عام 2002.",
            "The Manchester stadium has 53,400 seats.",
            "يتسع الملعب لـ ٥٣٬٤٠٠ شخص.",
        ),
        (
            ("افتتح الملك تشارلز الثالث الملعب عام 2002.", "name", "تشارلز"),
            ("The stadium in Liverpool holds 53,400 people.", "name", "Liverpool"),
            ("يتسع الملعب لـ ٣٥٬٤٠٠ شخص.", "number", "٣٥٬٤٠٠"),
            ("It was opened in 2020.", "number", "2020"),
        ),
    ),
    # history
    Example(
        "Constantinople fell to the Ottomans under Mehmed II on 29 May 1453 after a siege of 53 days.",
        (
            "سقطت القسطنطينية بيد العثمانيين في 29 أيار 1453.",
            "دام الحصار ثلاثة وخمسين يومًا.",
            "The Ottoman siege lasted fifty-three days.",
        ),
        (
            ("سقطت القسطنطينية بيد العثمانيين في 29 آذار 1453.", "date", "آذار"),
            ("دام الحصار ثلاثة وثلاثين يومًا.", "number", "ثلاثة وثلاثين"),
            ("Constantinople fell to the Arabs in 1453.", "name", "Arabs"),
            ("Antioch fell on 29 May 1453.", "name", "Antioch"),
            ("It fell in the year 1435.", "number", "1435"),
        ),
    ),
    Example(
        "أسس الخليفة المنصور بغداد سنة 762 للميلاد على الضفة الغربية لنهر دجلة، واستمر بناؤها أربع "
        "سنوات وشارك فيه مئة ألف عامل.",
        (
            "Baghdad was founded in 762 on the Tigris.",
            "It took four years and 100,000 workers.",
            "شارك في بناء بغداد 100 ألف عامل.",
            "Al-Mansur founded Baghdad.",
        ),
        (
            ("Baghdad was founded in 726 on the Tigris.", "number", "726"),
            ("Baghdad was founded on the Euphrates.", "name", "Euphrates"),
            ("أسس الخليفة هارون الرشيد بغداد.", "name", "هارون"),
            ("It took 10,000 workers.", "number", "10,000"),
            ("استمر البناء أربعين سنة.", "number", "أربعين"),
        ),
    ),
    Example(
        "The Normans under William of Normandy defeated King Harold at Hastings in the 11th century.",
        (
            "هزم النورمان بقيادة ويليام الملك هارولد في هاستنغز في القرن الحادي عشر.",
            "William defeated Harold at Hastings.",
            "كانت المعركة في القرن ١١.",
        ),
        (
            ("هزم النورمان الملك هارولد في القرن الثاني عشر.", "number", "الثاني عشر"),
            ("William defeated Edward at Hastings.", "name", "Edward"),
            ("هزم النورمان الملك ألفريد.", "name", "ألفريد"),
            ("The Vikings under William won at Hastings.", "name", "Vikings"),
            ("They won at Stamford in the 11th century.", "name", "Stamford"),
        ),
    ),
    Example(
        "في عقدين من الزمن حكم محمد علي مصر وبنى أسطولًا من 60 سفينة، ودُمر نصفه في نافارين عام 1827.",
        (
            "Half of the fleet was destroyed at Navarino in 1827.",
            "It took two decades.",
            "كان أسطول محمد علي ستين سفينة.",
            "بُني الأسطول في عشرين سنة.",
        ),
        (
            ("A third of the 90 ships was destroyed.", "number", "90"),
            ("It took five decades.", "number", "five"),
            ("دُمر نصف الأسطول في أبو قير.", "name", "قير"),
            ("Half of it was destroyed in 1872.", "number", "1872"),
        ),
    ),
    # geography and society
    Example(
        "Lake Geneva lies between Switzerland and France and covers 580 square kilometres; 60% of it is Swiss.",
        (
            "تقع بحيرة جنيف بين سويسرا وفرنسا.",
            "60 percent of the lake belongs to Switzerland.",
            "تبلغ مساحتها خمسمئة وثمانين كيلومترًا مربعًا.",
        ),
        (
            ("تقع بحيرة جنيف بين سويسرا وإيطاليا.", "name", "إيطاليا"),
            ("40 percent of the lake belongs to Switzerland.", "percent", "40"),
            ("Lake Lugano lies between Switzerland and France.", "name", "Lugano"),
            ("تبلغ مساحتها 850 كيلومترًا مربعًا.", "number", "850"),
        ),
    ),
    Example(
        "بحسب تعداد عام 2017 يعيش في مدينة الدار البيضاء 3.4 ملايين نسمة، أي ضعف سكان الرباط.",
        (
            "Casablanca had 3.4 million inhabitants in 2017.",
            "يعيش في الدار البيضاء 3,400,000 نسمة.",
            "It has twice as many inhabitants as Rabat.",
        ),
        (
            ("Casablanca had 4.3 million inhabitants in 2017.", "number", "4.3"),
            ("Marrakesh had 3.4 million inhabitants.", "name", "Marrakesh"),
            ("يعيش في طنجة 3.4 ملايين نسمة.", "name", "طنجة"),
            ("It had 3.4 million inhabitants in 2007.", "number", "2007"),
        ),
    ),
    Example(
        "The ferry Sewol sank off Jindo with 476 people on board; 304 of them, most of them pupils, died.",
        (
            "غرقت العبارة سيوول قبالة جيندو وعلى متنها 476 شخصًا.",
            "Of 476 people, three hundred and four died.",
            "مات ثلاثمئة وأربعة أشخاص.",
        ),
        (
            ("غرقت العبارة وعلى متنها 467 شخصًا.", "number", "467"),
            ("The ferry sank off Busan.", "name", "Busan"),
            ("مات أربعمئة وثلاثة أشخاص.", "number", "أربعمئة وثلاثة"),
            ("Of 476 people, 340 died.", "number", "340"),
        ),
    ),
    Example(
        "أسقطت الدفاعات طائرتين مسيرتين وثلاثة صواريخ فوق محافظة الحديدة مساء الاثنين.",
        (
            "Two drones and three missiles were shot down over Hodeidah.",
            "أسقطت الدفاعات ثلاثة صواريخ مساء الاثنين.",
            "It happened on Monday.",
            "أُسقطت طائرتان مسيرتان.",
        ),
        (
            ("Four drones were shot down over Hodeidah.", "number", "Four"),
            ("It happened on Wednesday.", "date", "Wednesday"),
            ("أسقطت الدفاعات ثلاثة صواريخ فوق محافظة تعز.", "name", "تعز"),
            ("Seven missiles were shot down over Aden.", "number", "Seven"),
            ("أسقطت الدفاعات تسعة صواريخ.", "number", "تسعة"),
        ),
    ),
    Example(
        "سيطر مئات المتمردين على المدينة وطردوا الجنود الحكوميين منها.",
        ("Hundreds of rebels took the city.", "طرد المتمردون الجنود من المدينة."),
        (
            ("Two rebels took the city.", "number", "Two"),
            ("طرد المتمردون ألفي جندي.", "number", "ألفي"),
            ("300 rebels took the city.", "number", "300"),
        ),
    ),
    Example(
        "The BBC reported that Dr. Amina Khalil, 45, of the World Health Organization, would lead the "
        "6-member team in Gaza.",
        (
            "ذكرت بي بي سي أن أمينة خليل من منظمة الصحة العالمية ستقود الفريق في غزة.",
            "Amina Khalil of the WHO leads a team of six.",
            "يتألف الفريق من ستة أعضاء.",
        ),
        (
            ("CNN reported that Khalil would lead the team.", "name", "CNN"),
            ("Amina Khalil of UNICEF leads a team of six.", "name", "UNICEF"),
            ("ستقود الفريق في القدس.", "name", "القدس"),
            ("يتألف الفريق من ستين عضوًا.", "number", "ستين"),
            ("Amina Mansour will lead the team.", "name", "Mansour"),
        ),
    ),
    # culture and technology
    Example(
        "Naguib Mahfouz published the Cairo Trilogy in 1956 and 1957 and was awarded the Nobel Prize in 1988.",
        (
            "نشر نجيب محفوظ ثلاثية القاهرة في عامي 1956 و1957.",
            "Mahfouz received the Nobel Prize in 1988.",
            "نال محفوظ جائزة نوبل سنة ١٩٨٨.",
        ),
        (
            ("نال محفوظ جائزة نوبل سنة ١٩٩٨.", "number", "١٩٩٨"),
            ("Taha Hussein received the Nobel Prize in 1988.", "name", "Hussein"),
            ("نشر محمود درويش الثلاثية عام 1956.", "name", "محمود"),
            ("He published the Alexandria Trilogy.", "name", "Alexandria"),
        ),
    ),
    Example(
        "أعلنت شركة سامسونغ الكورية أن هاتفها الجديد يزن 167 غرامًا ويباع بسعر 799 دولارًا ابتداء من 31 يناير.",
        (
            "Samsung's new phone weighs 167 grams and costs $799.",
            "The Korean company will sell it from 31 January.",
            "يباع الهاتف ابتداء من 31 كانون الثاني.",
        ),
        (
            ("Samsung's new phone weighs 176 grams.", "number", "176"),
            ("Samsung's new phone costs €799.", "currency", "€"),
            ("Huawei's new phone weighs 167 grams.", "name", "Huawei"),
            ("يباع الهاتف ابتداء من 31 مارس.", "date", "31 مارس"),
            ("أعلنت شركة نوكيا أن هاتفها يزن 167 غرامًا.", "name", "نوكيا"),
        ),
    ),
    Example(
        "The bridge over the Bosphorus, 1.4 km long, was built by a Franco-Korean consortium between 2013 and 2016.",
        (
            "بُني الجسر على البوسفور بين عامي 2013 و2016.",
            "The bridge is 1.4 kilometres long.",
            "طول الجسر ١٫٤ كيلومتر.",
        ),
        (
            ("بُني الجسر على الدانوب بين عامي 2013 و2016.", "name", "الدانوب"),
            ("The bridge is 4.1 kilometres long.", "number", "4.1"),
            ("It was built between 2013 and 2019.", "number", "2019"),
            ("طول الجسر ١٫٨ كيلومتر.", "number", "١٫٨"),
        ),
    ),
    Example(
        "نقلت وكالة بلومبرج عن المتحدث باسم الكرملين دميتري بيسكوف أن بوتين سيلتقي شي جين بينغ في بكين.",
        (
            "Bloomberg quoted the Kremlin's spokesman Dmitry Peskov.",
            "Putin is to meet Xi Jinping in Beijing.",
            "نقلت بلومبرغ عن ديمتري بيسكوف ذلك.",
            "يلتقي بوتين شي جينبينغ في بكين.",
        ),
        (
            ("Reuters quoted the Kremlin's spokesman.", "name", "Reuters"),
            ("Putin is to meet Modi in Beijing.", "name", "Modi"),
            ("Putin is to meet Xi in Shanghai.", "name", "Shanghai"),
            ("نقلت رويترز عن بيسكوف ذلك.", "name", "رويترز"),
            ("يلتقي بوتين شي في طوكيو.", "name", "طوكيو"),
            ("قال سيرغي لافروف إن بوتين سيزور بكين.", "name", "لافروف"),
        ),
    ),
    Example(
        "A quarter of the 320 islands of Fiji are inhabited, the first settlers having come some 3,500 years ago.",
        (
            "ربع جزر فيجي الـ320 مأهول.",
            "جاء أول المستوطنين قبل نحو 3500 سنة.",
            "Fiji has three hundred and twenty islands.",
        ),
        (
            ("Fiji has 230 islands.", "number", "230"),
            ("Tonga has 320 islands.", "name", "Tonga"),
            ("جاء المستوطنون قبل 5300 سنة.", "number", "5300"),
            ("عدد جزر ساموا 320 جزيرة.", "name", "ساموا"),
        ),
    ),
)
